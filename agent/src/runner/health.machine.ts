/** What one look at the engine gave. */
export type Probe =
  | { readonly kind: 'ok' }
  | { readonly kind: 'loading'; readonly progress: number | undefined; readonly status?: number }
  | { readonly kind: 'silent' }
  /** Its models are there, its health check is not: 404. */
  | { readonly kind: 'astray' }
  /** Somebody answers who does not serve this instance, but these models; none: it refuses the instance's key. */
  | { readonly kind: 'stranger'; readonly serves: readonly string[] };

export interface Health {
  readonly ready: boolean;
  readonly everReady: boolean;
  readonly failures: number;
  /** 0..1 of loading; never falls. */
  readonly progress: number;
  /** Anything that shows loading goes on: a number, a new log line. */
  readonly sign: string;
  readonly signAtMs: number;
}

export const FAILURES_UNTIL_NOT_READY = 3;

export function freshHealth(wasReady: boolean, nowMs: number): Health {
  return { ready: false, everReady: wasReady, failures: 0, progress: 0, sign: '', signAtMs: nowMs };
}

/** `sign` is any text that changes while the engine works on its start; `logProgress` what its log says, 0..1. */
export function afterProbe(health: Health, probe: Probe, log: { readonly sign: string; readonly progress: number }, nowMs: number): Health {
  if (probe.kind === 'ok') return { ...health, ready: true, everReady: true, failures: 0, progress: 1, sign: '', signAtMs: nowMs };
  const failures = health.failures + 1;
  const ready = health.ready && failures < FAILURES_UNTIL_NOT_READY;
  const told = probe.kind === 'loading' ? (probe.progress ?? 0) : 0;
  const progress = Math.max(health.progress, told, log.progress);
  const sign = `${progress} ${log.sign}`;
  const moved = sign !== health.sign;
  return { ...health, ready, failures, progress, sign, signAtMs: moved ? nowMs : health.signAtMs };
}

/** True when loading showed no sign of progress for longer than the deadline. */
export function loadTimedOut(health: Health, deadlineMs: number, nowMs: number): boolean {
  return !health.everReady && nowMs - health.signAtMs > deadlineMs;
}

/** Part of the way to ready, 0-100: start ends at 70, weights take 70-99, ready is 100. */
export function loadPercent(health: Health): number {
  return health.everReady ? 100 : Math.min(99, 70 + Math.floor(29 * health.progress));
}
