import { once } from 'node:events';
import type { FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { RateLimit } from './rate-limit.js';

/** Large enough to make a system call cheap; smaller under a limit, so that many readers get their turn within seconds. */
const CHUNK = 256 * 1024;
const SMALLEST_CHUNK = 16 * 1024;
/** A reader that takes nothing for so long is left: it holds a place that others wait for. */
const STALLED_MS = 60_000;

/**
 * Writes the bytes [from, to) of a file to a stream at the reader's pace and within the limit. Does not end the stream.
 * @throws Error when the file is shorter or the reader takes nothing for `stalledMs`; the signal's reason
 */
export async function sendFileRange(file: FileHandle, [from, to]: readonly [number, number], out: Writable, limit: RateLimit, signal: AbortSignal, stalledMs = STALLED_MS): Promise<void> {
  for (let at = from; at < to; ) {
    const chunk = Math.max(SMALLEST_CHUNK, Math.min(CHUNK, Math.floor((limit.rate ?? Infinity) / 32)));
    const data = Buffer.allocUnsafe(Math.min(chunk, to - at));
    const { bytesRead } = await file.read(data, 0, data.length, at);
    if (bytesRead === 0) throw new Error(`the file ends at ${at}, before ${to}`);
    await limit.take(bytesRead, signal);
    signal.throwIfAborted();
    if (!out.write(data.subarray(0, bytesRead))) await drained(out, signal, stalledMs);
    at += bytesRead;
  }
}

async function drained(out: Writable, signal: AbortSignal, stalledMs: number): Promise<void> {
  const waiting = new AbortController();
  const stalled = setTimeout(() => waiting.abort(new Error('the reader takes nothing')), stalledMs);
  const leave = (): void => waiting.abort(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  try {
    await once(out, 'drain', { signal: waiting.signal });
  } catch (error) {
    throw waiting.signal.aborted ? (waiting.signal.reason as Error) : error;
  } finally {
    clearTimeout(stalled);
    signal.removeEventListener('abort', leave);
  }
}
