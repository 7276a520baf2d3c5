import { describe, expect, it } from 'vitest';
import { KeyedQueue } from './keyed-queue.js';

function gate() {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

describe('keyed queue', () => {
  it('folds wake-ups during a run into exactly one more run', async () => {
    const first = gate();
    let runs = 0;
    const queue = new KeyedQueue<string>(
      async () => {
        runs += 1;
        if (runs === 1) await first.opened;
      },
      (_key, error) => { throw error; },
    );
    queue.wake('a');
    for (let i = 0; i < 5; i++) queue.wake('a');
    first.open();
    await queue.idle();
    expect(runs).toBe(2);
  });

  it('runs one key at a time but different keys side by side', async () => {
    const both = gate();
    const active = new Set<string>();
    const queue = new KeyedQueue<string>(
      async (key) => {
        expect(active.has(key)).toBe(false);
        active.add(key);
        if (active.size === 2) both.open();
        await both.opened;
        active.delete(key);
      },
      (_key, error) => { throw error; },
    );
    queue.wake('a');
    queue.wake('b');
    queue.wake('a');
    await queue.idle();
    expect(active.size).toBe(0);
  });

  it('keeps within the limit', async () => {
    let active = 0;
    let peak = 0;
    const queue = new KeyedQueue<number>(
      async () => {
        peak = Math.max(peak, ++active);
        await new Promise((resolve) => setImmediate(resolve));
        active -= 1;
      },
      () => undefined,
      2,
    );
    for (let key = 0; key < 10; key++) queue.wake(key);
    await queue.idle();
    expect(peak).toBe(2);
  });

  it('hands an error to its owner and goes on', async () => {
    const errors: unknown[] = [];
    const seen: string[] = [];
    const queue = new KeyedQueue<string>(
      async (key) => {
        seen.push(key);
        if (key === 'bad') throw new Error('no');
      },
      (key) => errors.push(key),
    );
    queue.wake('bad');
    queue.wake('good');
    await queue.idle();
    expect(errors).toEqual(['bad']);
    expect(seen).toEqual(['bad', 'good']);
  });

  it('takes nothing after close', async () => {
    let runs = 0;
    const queue = new KeyedQueue<string>(async () => { runs += 1; }, () => undefined);
    await queue.close();
    queue.wake('a');
    queue.wakeLater('b', 0);
    await queue.idle();
    expect(runs).toBe(0);
  });
});
