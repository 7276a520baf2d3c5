import { describe, expect, it } from 'vitest';
import { RateLimit } from './rate-limit.js';

const MEGABYTE = 1_000_000;

describe('rate limit', () => {
  it('holds over everything that asks, within a tenth', async () => {
    const limit = new RateLimit(20 * MEGABYTE);
    const started = performance.now();
    const stream = async (): Promise<void> => {
      for (let chunk = 0; chunk < 50; chunk += 1) await limit.take(MEGABYTE / 10);
    };
    await Promise.all([stream(), stream()]);
    const rate = (10 * MEGABYTE) / ((performance.now() - started) / 1000);
    expect(rate).toBeLessThan(22 * MEGABYTE * 1.15);
    expect(rate).toBeGreaterThan(15 * MEGABYTE);
  });

  it('makes up for a late wake-up, but not for a long pause', async () => {
    let now = 10_000;
    const limit = new RateLimit(1000, () => now);
    await limit.take(100); // the tenth of a second that may pass at once
    now += 5000;
    await limit.take(100);
    const waited = limit.take(100);
    const order: string[] = [];
    void waited.then(() => order.push('waited'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual([]);
    await waited;
  });

  it('lets everything pass without a limit, and ends a wait with its signal', async () => {
    await new RateLimit(undefined).take(1e12);
    const abort = new AbortController();
    const waiting = new RateLimit(1).take(1000, abort.signal);
    abort.abort(new Error('not wanted any more'));
    await expect(waiting).rejects.toThrow('not wanted any more');
  });
});
