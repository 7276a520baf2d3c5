import type { FailurePhase } from '../upstream/index.js';

/** Why an attempt failed before the client got a byte. */
export type AttemptFailure =
  | { readonly kind: 'connection'; readonly phase: FailurePhase; readonly code: string; readonly reused: boolean }
  /** The agent answered instead of the engine. */
  | { readonly kind: 'agent'; readonly code: string }
  /** The engine answered what cannot be passed on. */
  | { readonly kind: 'answer' };

export interface RetryView {
  /** Failed attempts so far, this one included. */
  readonly attempts: number;
  /** Since the first attempt failed, milliseconds. */
  readonly waitedMs: number;
  /** Another ready instance has not been tried yet. */
  readonly otherTarget: boolean;
  /** The body can be sent again from its first byte. */
  readonly replayable: boolean;
}

/** `other`: at once, on an instance not tried yet. `same`: at once, any. `wait`: after `ms`, any. */
export type RetryDecision = { readonly action: 'other' | 'same' } | { readonly action: 'wait'; readonly ms: number } | { readonly action: 'give-up' };

/** Attempts on different instances; more would turn one bad request into a storm. */
const MOST_ATTEMPTS = 3;
/** How long a call without another instance waits for its only one to come back. */
export const WAIT_BUDGET_MS = 3000;
const WAIT_STEP_MS = 100;
const LONGEST_WAIT_MS = 500;

const AGENT_ERRORS_BEFORE_THE_ENGINE = new Set(['engine-unreachable', 'instance-not-running', 'instance-unknown']);
const NOBODY_THERE = new Set(['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'EPIPE', 'ETIMEDOUT']);

/** What to do after a failed attempt. Only ever asked while the client has not got a byte. */
export function decideRetry(failure: AttemptFailure, view: RetryView): RetryDecision {
  if (!view.replayable || !mayRepeat(failure)) return { action: 'give-up' };
  if (view.otherTarget && view.attempts < MOST_ATTEMPTS) return { action: 'other' };
  if (staleConnection(failure) && view.attempts < MOST_ATTEMPTS) return { action: 'same' };
  if (!nothingWasSent(failure)) return { action: 'give-up' };
  const ms = Math.min(LONGEST_WAIT_MS, WAIT_STEP_MS * 2 ** Math.min(view.attempts - 1, 10));
  return view.waitedMs + ms <= WAIT_BUDGET_MS ? { action: 'wait', ms } : { action: 'give-up' };
}

function mayRepeat(failure: AttemptFailure): boolean {
  switch (failure.kind) {
    case 'answer':
      return false;
    case 'agent':
      return AGENT_ERRORS_BEFORE_THE_ENGINE.has(failure.code);
    case 'connection':
      return failure.phase === 'connect' || failure.phase === 'send';
  }
}

/** The peer closed a kept-alive connection as we wrote to it: no engine saw the request. */
function staleConnection(failure: AttemptFailure): boolean {
  return failure.kind === 'connection' && failure.phase === 'send' && failure.reused;
}

/** The engine certainly did not get the request, and its place may fill again soon. */
function nothingWasSent(failure: AttemptFailure): boolean {
  if (failure.kind === 'agent') return AGENT_ERRORS_BEFORE_THE_ENGINE.has(failure.code);
  return failure.kind === 'connection' && failure.phase === 'connect' && NOBODY_THERE.has(failure.code);
}
