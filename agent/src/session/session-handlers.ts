import type { AssignmentSet, ConformanceResult, ControlMessage, Heartbeat, Hello, LogRequest, ProbeResult, RemovalOrder, StatusBatch, UpgradeOrder, Welcome } from '@openstation/proto';

/** What the controller says about model files and who may have them. */
export type ModelWord = Extract<NonNullable<ControlMessage['body']>, { $case: 'cache' | 'pathQuery' | 'transferLimits' | 'memberRevocations' }>;

const MODEL_WORDS: readonly string[] = ['cache', 'pathQuery', 'transferLimits', 'memberRevocations'] satisfies ModelWord['$case'][];

export function isModelWord(body: ControlMessage['body']): body is ModelWord {
  return body !== undefined && MODEL_WORDS.includes(body.$case);
}

/** What a session needs of the agent, narrowly. */
export interface SessionHandlers {
  hello(): Promise<Hello>;
  welcome(welcome: Welcome): void;
  heartbeat(): Promise<Heartbeat>;
  /** Rejecting ends the session. */
  assignments(set: AssignmentSet): Promise<void>;
  nextStatuses(): StatusBatch | undefined;
  acknowledged(batch: number): void;
  log(request: LogRequest): void;
  cancelLog(requestId: string): void;
  /** Never rejects. */
  upgrade(order: UpgradeOrder): Promise<void>;
  probe(requestId: string, instanceId: string): Promise<ProbeResult>;
  /** Never rejects. */
  conformance(requestId: string, instanceId: string): Promise<ConformanceResult>;
  remove(order: RemovalOrder): void;
  models(word: ModelWord): void;
}

/** Why a session ended; `calm` ends ask for a longer pause before the next one. */
export interface SessionEnd {
  readonly reason: string;
  readonly calm: boolean;
  /** The controller does not count this node to its cluster any more. */
  readonly removed: boolean;
}
