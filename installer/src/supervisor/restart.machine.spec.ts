import { describe, expect, it } from 'vitest';
import { afterExit } from './restart.machine.js';

const died = (ranMs: number, quickDeaths: number, code: number | null = 1) => afterExit({ code, signal: null, ranMs, quickDeaths });

describe('after an exit', () => {
  it('starts again at once, whatever the exit code', () => {
    for (const code of [0, 1, 137, null]) expect(died(60_000, 0, code)).toEqual({ next: 'restart', delayMs: 50, quickDeaths: 0 });
  });

  it('forgives three quick deaths, then doubles the delay up to a bound', () => {
    const delays: number[] = [];
    let quickDeaths = 0;
    for (let death = 0; death < 11; death += 1) {
      const step = died(100, quickDeaths);
      if (step.next !== 'restart') throw new Error('must go on');
      delays.push(step.delayMs);
      quickDeaths = step.quickDeaths;
    }
    expect(delays).toEqual([50, 50, 50, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  });

  it('forgets quick deaths after a long life', () => {
    expect(died(10_000, 9)).toEqual({ next: 'restart', delayMs: 50, quickDeaths: 0 });
  });

  it('lets rest what ended well and has nothing left to do, and only that', () => {
    const over = { signal: null, ranMs: 60_000, quickDeaths: 0, finished: 'removed' };
    expect(afterExit({ ...over, code: 0 })).toEqual({ next: 'end', reason: 'removed' });
    for (const code of [1, null]) expect(afterExit({ ...over, code }).next).toBe('restart');
    expect(afterExit({ ...over, code: 78 }).next).toBe('give-up');
  });

  it('gives up on a configuration fault', () => {
    expect(died(100, 0, 78)).toEqual({ next: 'give-up', reason: 'its configuration is not usable' });
  });
});
