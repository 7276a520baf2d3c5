import { setTimeout as delay } from 'node:timers/promises';

/** Waits; ends early without an error when the signal fires. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

/** The promise's value, or an error naming what took too long. The work itself goes on: pass it a signal to stop it. */
export async function deadline<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Asks until the answer is neither undefined nor false, and returns it.
 * @throws Error naming `what` and the last error when the time is over.
 */
export async function waitFor<T>(
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  options: { what: string; timeoutMs: number; everyMs?: number; signal?: AbortSignal },
): Promise<T> {
  const end = performance.now() + options.timeoutMs;
  let last: unknown;
  while (performance.now() < end && !options.signal?.aborted) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await sleep(options.everyMs ?? 50, options.signal);
  }
  const cause = last instanceof Error ? `: ${last.message}` : '';
  throw new Error(`${options.what}: not within ${options.timeoutMs} ms${cause}`);
}
