import { describe, expect, it } from 'vitest';
import { TransactionGate } from './transaction-gate.js';

function latch(): { open: () => void; opened: Promise<void> } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

describe('the transaction gate', () => {
  it('lets one through at a time, in order, whatever becomes of the one before', async () => {
    const gate = new TransactionGate(1000);
    const steps: string[] = [];
    const work = (name: string, fails = false) => async () => {
      steps.push(`${name} begins`);
      await Promise.resolve();
      steps.push(`${name} ends`);
      if (fails) throw new Error(name);
    };
    const results = await Promise.allSettled([gate.run(work('a')), gate.run(work('b', true)), gate.run(work('c'))]);
    expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('gives up waiting after its time, and the others still get their turn in order', async () => {
    const gate = new TransactionGate(20);
    const { open, opened } = latch();
    const slow = gate.run(() => opened);
    await expect(gate.run(() => Promise.resolve())).rejects.toThrow('20 ms');
    open();
    await slow;
    await expect(gate.run(() => Promise.resolve('next'))).resolves.toBe('next');
  });

  it('refuses work inside work at once, and not work that is started after it', async () => {
    const gate = new TransactionGate(1000);
    await expect(gate.run(() => gate.run(() => Promise.resolve()))).rejects.toThrow('already open');
    const { open, opened } = latch();
    let later: Promise<string> | undefined;
    await gate.run(() => {
      later = opened.then(() => gate.run(() => Promise.resolve('later')));
      return Promise.resolve();
    });
    open();
    await expect(later).resolves.toBe('later');
  });
});
