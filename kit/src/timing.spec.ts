import { describe, expect, it } from 'vitest';
import { deadline, sleep, waitFor } from './timing.js';

describe('timing', () => {
  it('a deadline names what was late', async () => {
    await expect(deadline(new Promise(() => undefined), 5, 'the engine')).rejects.toThrow(/the engine took longer than 5 ms/);
    await expect(deadline(Promise.resolve(3), 1000, 'x')).resolves.toBe(3);
  });

  it('sleep ends quietly when aborted', async () => {
    const abort = new AbortController();
    const sleeping = sleep(60_000, abort.signal);
    abort.abort();
    await expect(sleeping).resolves.toBeUndefined();
  });

  it('waitFor returns the first answer and reports the last error', async () => {
    let n = 0;
    await expect(waitFor(() => (++n > 2 ? n : undefined), { what: 'count', timeoutMs: 1000, everyMs: 1 })).resolves.toBe(3);
    await expect(waitFor(() => { throw new Error('refused'); }, { what: 'port', timeoutMs: 20, everyMs: 5 })).rejects.toThrow(/port: not within 20 ms: refused/);
  });
});
