import { describe, expect, it } from 'vitest';
import { Backoff } from './backoff.js';

describe('backoff', () => {
  it('doubles up to the maximum and starts again after a reset', () => {
    const backoff = new Backoff({ firstMs: 500, maxMs: 3000, random: () => 1 });
    expect([backoff.next(), backoff.next(), backoff.next(), backoff.next(), backoff.next()]).toEqual([500, 1000, 2000, 3000, 3000]);
    backoff.reset();
    expect(backoff.next()).toBe(500);
  });

  it('never waits less than half of the step', () => {
    expect(new Backoff({ firstMs: 500, maxMs: 500, random: () => 0 }).next()).toBe(250);
  });
});
