import type { FailureFacts, FailureRun, ObservedInstance } from './service-facts.js';

export const FIRST_RETRY_MS = 10_000;
export const LAST_RETRY_MS = 300_000;
/** The same failure so often before the first answer is not an accident: nobody is helped by a fourth try. */
export const SAME_FAILURE_LIMIT = 3;
/** Having served so long, an instance is replaced without waiting. */
export const STEADY_MS = 60_000;

/**
 * When a successor of an ended instance is due: 10, 20, 40 … 300 s after a failure. At once after a plain stop, after a
 * minute of good service (whatever ended it was no fault of the start), when a serving engine was simply not there any
 * more after its node or agent had been down, and when a person wishes it.
 */
export function retryAt({ state, stateSince, attempt, wasReady, servedMs, reason, forgiven }: ObservedInstance): number {
  if (forgiven || state === 'stopped' || servedMs >= STEADY_MS || (wasReady && reason === 'engine-gone')) return stateSince;
  const step = wasReady ? 0 : attempt;
  return stateSince + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** step);
}

/** True when the slot stays empty until a person changes something. */
export function failedForGood(instance: FailureFacts): boolean {
  if (instance.state !== 'failed' || instance.wasReady || instance.reason === 'node-removed') return false;
  return (failureRun(instance)?.count ?? 0) >= SAME_FAILURE_LIMIT;
}

export function failureRun({ state, wasReady, reason, message, failures, forgiven }: FailureFacts): FailureRun | undefined {
  if (state !== 'failed' || wasReady || forgiven) return undefined;
  const signature = failureSignature(reason, message);
  return { signature, count: failures?.signature === signature ? failures.count + 1 : 1 };
}

/** Cause and text without what differs from try to try (numbers, ids). */
export function failureSignature(reason: string, message: string): string {
  return `${reason}: ${message.replace(/[0-9a-f]{8,}|\d+/gi, '#').slice(0, 160)}`;
}
