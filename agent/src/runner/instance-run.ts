import { Backoff, type BackoffOptions } from '@openstation/kit';
import type { Movement } from './liveness.machine.js';
import type { Health } from './health.machine.js';

/** Between two tries of a node that brings an instance back alone. */
const PAUSES_ALONE: BackoffOptions = { firstMs: 4000, maxMs: 60_000 };

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
  /** Nothing is done for it before this moment, except stopping it. */
  restsUntilMs: number;
  readonly pauses: Backoff;
  /** Since when it serves while its health check is not where its template says. */
  astraySinceMs?: number;
  movement?: Movement;
  countersAtMs?: number;
  /** Last answer of the engine to a real request. */
  succeededAtMs?: number;
}

export function freshRun(generation: number, pauses: BackoffOptions = PAUSES_ALONE): InstanceRun {
  return { restsUntilMs: 0, pauses: new Backoff(pauses), generation, abort: new AbortController(), imageReady: false, modelDir: undefined, portAttempts: 0, key: undefined, health: undefined };
}
