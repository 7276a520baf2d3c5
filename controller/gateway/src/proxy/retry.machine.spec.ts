import { describe, expect, it } from 'vitest';
import { WAIT_BUDGET_MS, decideRetry, type AttemptFailure, type RetryView } from './retry.machine.js';

const refused: AttemptFailure = { kind: 'connection', phase: 'connect', code: 'ECONNREFUSED', reused: false };
const resetFresh: AttemptFailure = { kind: 'connection', phase: 'send', code: 'ECONNRESET', reused: false };
const resetReused: AttemptFailure = { ...resetFresh, reused: true };
const view = (change: Partial<RetryView> = {}): RetryView => ({ attempts: 1, waitedMs: 0, otherTarget: false, replayable: true, ...change });

describe('retry', () => {
  it.each([refused, resetFresh, resetReused, { kind: 'agent', code: 'engine-unreachable' } as const])('goes to another instance: %o', (failure) => {
    expect(decideRetry(failure, view({ otherTarget: true })).action).toBe('other');
  });

  it('tries three instances at most', () => {
    expect(decideRetry(resetFresh, view({ otherTarget: true, attempts: 3 })).action).toBe('give-up');
  });

  it('waits for the only instance when nothing was sent, and not longer than the budget', () => {
    expect(decideRetry(refused, view())).toEqual({ action: 'wait', ms: 100 });
    expect(decideRetry(refused, view({ attempts: 9, waitedMs: WAIT_BUDGET_MS - 500 }))).toEqual({ action: 'wait', ms: 500 });
    expect(decideRetry(refused, view({ attempts: 9, waitedMs: WAIT_BUDGET_MS - 499 })).action).toBe('give-up');
    expect(decideRetry({ kind: 'agent', code: 'instance-not-running' }, view()).action).toBe('wait');
  });

  it('does not repeat on the only instance what its engine may have seen', () => {
    expect(decideRetry(resetFresh, view()).action).toBe('give-up');
  });

  it('repeats at once when a kept-alive connection was stale', () => {
    expect(decideRetry(resetReused, view()).action).toBe('same');
    expect(decideRetry(resetReused, view({ attempts: 3 })).action).toBe('give-up');
  });

  it('never repeats after the answer began, after a refusal by policy, or when the body is gone', () => {
    expect(decideRetry({ ...refused, phase: 'answer' }, view({ otherTarget: true })).action).toBe('give-up');
    expect(decideRetry({ kind: 'agent', code: 'path-not-allowed' }, view({ otherTarget: true })).action).toBe('give-up');
    expect(decideRetry({ kind: 'answer' }, view({ otherTarget: true })).action).toBe('give-up');
    expect(decideRetry(refused, view({ otherTarget: true, replayable: false })).action).toBe('give-up');
  });

  it('does not wait for a node whose certificate is wrong', () => {
    expect(decideRetry({ ...refused, code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, view()).action).toBe('give-up');
  });
});
