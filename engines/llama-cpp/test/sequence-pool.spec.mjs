import { describe, expect, it } from 'vitest';
import { SequencePool } from '../src/sequence-pool.mjs';

/** A sequence that holds some tokens. */
function sequence(name, tokens = []) {
  return {
    name,
    compareContextTokens: (prompt) => {
      const different = prompt.findIndex((token, at) => token !== tokens[at]);
      return { firstDifferentIndex: different < 0 ? prompt.length : different };
    },
  };
}

const never = new AbortController().signal;

describe('sequence pool', () => {
  it('lends the sequence that holds most of the prompt, else the longest idle one', async () => {
    const pool = new SequencePool([sequence('a'), sequence('b', [1, 2, 3]), sequence('c', [1, 2])], 1);
    expect((await pool.acquire([1, 2, 3, 4], never)).name).toBe('b');
    expect((await pool.acquire([9], never)).name).toBe('a');
  });

  it('lets requests wait in order and refuses what is beyond the bound', async () => {
    const pool = new SequencePool([sequence('a')], 2);
    const first = await pool.acquire([1], never);
    const order = [];
    const second = pool.acquire([2], never).then((got) => { order.push(2); return got; });
    const third = pool.acquire([3], never).then((got) => { order.push(3); return got; });
    await expect(pool.acquire([4], never)).rejects.toMatchObject({ status: 503, code: 'queue_full' });
    pool.release(first);
    pool.release(await second);
    await third;
    expect(order).toEqual([2, 3]);
  });

  it('forgets a waiter whose caller left', async () => {
    const pool = new SequencePool([sequence('a')], 5);
    const held = await pool.acquire([1], never);
    const leaving = new AbortController();
    const left = pool.acquire([2], leaving.signal);
    const stays = pool.acquire([3], never);
    leaving.abort();
    expect(await left).toBeUndefined();
    expect(pool.waiting).toBe(1);
    pool.release(held);
    expect((await stays).name).toBe('a');
  });

  it('sends all waiters away when cleared', async () => {
    const pool = new SequencePool([sequence('a')], 5);
    await pool.acquire([1], never);
    const waiting = pool.acquire([2], never);
    pool.clear();
    expect(await waiting).toBeUndefined();
  });
});
