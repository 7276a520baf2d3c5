import type { LaunchIntent } from '@openstation/proto';

/**
 * How far an instance came, as far as a restart must know:
 * `accepted` (nothing started) → `launching` (a start may have happened) → `launched` (it did) → `done`.
 */
export type JournalStage = 'accepted' | 'launching' | 'launched' | 'done';

export interface Outcome {
  readonly state: 'stopped' | 'failed';
  readonly reason: string;
  readonly message: string;
}

/** Everything a new agent process needs to go on with one instance. Written before the act it announces. */
export interface JournalRecord {
  readonly instanceId: string;
  readonly generation: number;
  readonly desired: 'run' | 'stop';
  readonly stage: JournalStage;
  readonly intent: LaunchIntent | undefined;
  readonly driver: 'process' | 'docker' | 'fake' | undefined;
  readonly port: number | undefined;
  /** It answered its health check once: from then on it is running, ready or not. */
  readonly wasReady: boolean;
  readonly outcome: Outcome | undefined;
  /** The boot of the machine in which it was started last; absent in records of older agents and of what was never started. */
  readonly bootId?: string | undefined;
  /** A reboot took it and this node brings it back: as long as the controller is away, no failure of it is final. */
  readonly broughtBack?: boolean | undefined;
  readonly updatedAtMs: number;
}

/** Durable memory of the agent. A resolved promise means the record survives a power cut. */
export interface Journal {
  all(): readonly JournalRecord[];
  get(instanceId: string): JournalRecord | undefined;
  put(record: JournalRecord): Promise<void>;
  forget(instanceId: string): Promise<void>;
  close(): Promise<void>;
}
