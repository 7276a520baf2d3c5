import { InstanceState } from '@openstation/proto';
import type { JournalRecord } from '../journal/index.js';
import type { Reporter } from '../reporter/index.js';

/** What is concluded of a running engine. */
export type EngineHealth = 'starting' | 'ok' | 'busy' | 'hung' | 'dead';

interface Details {
  readonly ready?: boolean;
  readonly percent?: number;
  readonly message?: string;
  readonly reason?: string;
  readonly handle?: string;
  readonly memoryBytes?: number;
  readonly health?: EngineHealth;
  readonly healthEvidence?: string;
  readonly modelBytesDone?: number;
  readonly modelBytesTotal?: number;
}

/** Says where an instance stands, in the words of the wire. */
export class Status {
  constructor(private readonly reporter: Pick<Reporter, 'report'>) {}

  preparing(record: JournalRecord, phase: 'image' | 'model' | 'group' | 'port' | 'restart', percent: number, message: string, bytes: Pick<Details, 'modelBytesDone' | 'modelBytesTotal'> = {}): void {
    this.#say(record, InstanceState.PREPARING, phase, { percent, message, ...bytes });
  }

  starting(record: JournalRecord): void {
    this.#say(record, InstanceState.STARTING, 'engine', { percent: 60 });
  }

  loading(record: JournalRecord, phase: string, details: Details): void {
    this.#say(record, InstanceState.LOADING, phase, details);
  }

  /** A member of a group without a door of its own: it runs, its head tells the rest. */
  working(record: JournalRecord, details: Details): void {
    this.#say(record, InstanceState.RUNNING, 'rank', { percent: 100, ...details });
  }

  running(record: JournalRecord, details: Details): void {
    this.#say(record, InstanceState.RUNNING, details.ready === true ? 'ready' : 'health', { percent: 100, ...details });
  }

  done(record: JournalRecord): void {
    const { outcome } = record;
    if (!outcome) return;
    const state = outcome.state === 'stopped' ? InstanceState.STOPPED : InstanceState.FAILED;
    this.#say(record, state, '', { reason: outcome.reason, message: outcome.message });
  }

  #say(record: JournalRecord, state: InstanceState, phase: string, details: Details): void {
    this.reporter.report({
      instanceId: record.instanceId,
      generation: record.generation,
      state,
      phase,
      ready: details.ready ?? false,
      percent: details.percent ?? 0,
      message: details.message ?? '',
      reason: details.reason ?? '',
      handle: details.handle ?? '',
      memoryBytes: details.memoryBytes ?? 0,
      health: details.health ?? '',
      healthEvidence: details.healthEvidence ?? '',
      modelBytesDone: details.modelBytesDone ?? 0,
      modelBytesTotal: details.modelBytesTotal ?? 0,
    });
  }
}
