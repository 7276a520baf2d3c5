import { describe, expect, it } from 'vitest';
import { concluded, freshMovement, type Conclusion, type Look } from './liveness.machine.js';

const limits = { silentMs: 10_000, stuckMs: 30_000 };
const counters = (work: number, inFlight = 1) => ({ work, inFlight });

/** Looks once a second. */
function after(looks: number, at: (second: number) => Partial<Look>): Conclusion {
  let movement = freshMovement(0);
  let last: Conclusion | undefined;
  for (let second = 1; second <= looks; second += 1) {
    last = concluded(movement, { answer: 'late', counters: undefined, succeededAtMs: 0, nowMs: second * 1000, ...at(second) }, limits);
    movement = last.movement;
  }
  return last!;
}

describe('busy, hung and dead', () => {
  it('silent while its counters rise is busy, however long', () => {
    expect(after(300, (second) => ({ counters: counters(second) }))).toMatchObject({ liveness: 'busy' });
  });
  it('silent while real requests succeed is busy', () => {
    expect(after(300, (second) => ({ succeededAtMs: second * 1000 - 5000 }))).toMatchObject({ liveness: 'busy', evidence: expect.stringContaining('5 s ago') as string });
  });
  it('silent and still is hung after the limit, not before, and tells what it is concluded from', () => {
    expect(after(9, () => ({ counters: counters(7) })).liveness).toBe('busy');
    expect(after(12, () => ({ counters: counters(7) }))).toMatchObject({ liveness: 'hung', evidence: expect.stringMatching(/does not answer its health check and nothing has moved for 1\d s/) as string });
  });
  it('a healthy answer with requests of which none moves is hung too, later', () => {
    expect(after(20, () => ({ answer: 'ok', counters: counters(7, 3) })).liveness).toBe('ok');
    expect(after(32, () => ({ answer: 'ok', counters: counters(7, 3) }))).toMatchObject({ liveness: 'hung', evidence: expect.stringContaining('3 requests at hand') as string });
  });
  it.each([['without requests', { counters: counters(7, 0) }], ['that tells no numbers', { counters: undefined }]])('a healthy engine %s is fine for ever', (_, look) => {
    expect(after(1000, () => ({ answer: 'ok' as const, ...look })).liveness).toBe('ok');
  });
  it('what says itself that it is broken is dead at once', () => expect(after(1, () => ({ answer: 'broken' })).liveness).toBe('dead'));
  it('counters that begin again after a restart count as movement', () => {
    expect(after(12, (second) => ({ counters: counters(second < 8 ? 100 : 0) })).liveness).toBe('busy');
  });
});
