import type { Call } from '../api';

export interface Phase {
  readonly key: 'queue' | 'connect' | 'firstToken' | 'decode' | 'whole';
  readonly startMs: number;
  readonly ms: number;
}

/**
 * Where the time of a call went, one after the other: waiting for a place, connecting, until the first token, writing
 * the rest. A part that was not measured is left out; with none measured the whole is one part.
 */
export function waterfall({ queueMs, connectMs, ttftMs, durationMs }: Pick<Call, 'queueMs' | 'connectMs' | 'ttftMs' | 'durationMs'>): readonly Phase[] {
  const queue = Math.max(0, queueMs ?? 0);
  const connect = Math.max(0, connectMs ?? 0);
  const phases: Phase[] = [];
  if (queueMs !== null) phases.push({ key: 'queue', startMs: 0, ms: queue });
  if (connectMs !== null) phases.push({ key: 'connect', startMs: queue, ms: connect });
  if (ttftMs !== null) {
    const start = Math.min(queue + connect, ttftMs);
    phases.push({ key: 'firstToken', startMs: start, ms: ttftMs - start });
    phases.push({ key: 'decode', startMs: ttftMs, ms: Math.max(0, durationMs - ttftMs) });
  }
  return phases.length > 0 ? phases : [{ key: 'whole', startMs: 0, ms: durationMs }];
}
