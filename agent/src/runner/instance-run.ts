import type { Movement } from './liveness.machine.js';
import type { Health } from './health.machine.js';

/** What this agent process remembers of one instance; everything here can be found again after a restart. */
export interface InstanceRun {
  readonly generation: number;
  /** Ends whatever the instance is waiting for: a pull, a transfer. */
  readonly abort: AbortController;
  imageReady: boolean;
  modelDir: string | undefined;
  portAttempts: number;
  key: string | undefined;
  health: Health | undefined;
  movement?: Movement;
  countersAtMs?: number;
  /** Last answer of the engine to a real request. */
  succeededAtMs?: number;
}

export function freshRun(generation: number): InstanceRun {
  return { generation, abort: new AbortController(), imageReady: false, modelDir: undefined, portAttempts: 0, key: undefined, health: undefined };
}
