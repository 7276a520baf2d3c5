import type { IncomingMessage } from 'node:http';
import { HubError, asHubError } from '../../hubs/index.js';
import type { ByteBudget } from './byte-budget.js';

/** One write: many small buffers as they came from the socket, not copied together. */
const WRITE_BYTES = 1 << 20;
/** Read ahead of the disk. */
const MAX_WAITING = 4 << 20;
const LEAST_BYTES_PER_SECOND = 1024;

export interface Pouring {
  readonly body: IncomingMessage;
  /** Exactly so many bytes must come. */
  readonly expected: number;
  /** Appends to what this connection wrote so far. Its rejection ends the pouring with that error. */
  readonly write: (chunks: Buffer[], bytes: number) => Promise<void>;
  readonly budget: ByteBudget;
  readonly stallMs: number;
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Moves a body to the disk, one write at a time, and reads no faster than the disk takes. What came before a break is
 * written too. Buffers of the socket are handed to `writev` as they are.
 * @throws HubError when the body breaks off, stalls, drips or is longer than it may be; what `write` throws
 */
export function pour({ body, expected, write, budget, stallMs, onBytes, signal }: Pouring): Promise<void> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let waiting = 0;
    let came = 0;
    let writing = false;
    let ended = false;
    let failure: Error | undefined;
    let held = false;
    let hold: NodeJS.Timeout | undefined;
    let isDiskFailure = false;

    let seen = 0;
    const pulse = setInterval(() => {
      // Held back by our own budget or disk, a connection cannot be blamed.
      if (!held && !body.isPaused() && came - seen < (stallMs / 1000) * LEAST_BYTES_PER_SECOND) body.destroy(new HubError('away', 'a connection to the hub stalled'));
      seen = came;
    }, stallMs);

    const settle = () => {
      if (writing || !ended) return;
      if (waiting > 0 && !isDiskFailure) return void flush();
      clearInterval(pulse);
      clearTimeout(hold);
      if (failure) reject(failure);
      else if (came !== expected) reject(new HubError('away', `the hub broke off after ${came} of ${expected} bytes`));
      else resolve();
    };
    const flush = async () => {
      writing = true;
      const batch = chunks;
      const bytes = waiting;
      chunks = [];
      waiting = 0;
      try {
        await write(batch, bytes);
      } catch (error) {
        failure = error as Error;
        isDiskFailure = true;
        ended = true;
        body.destroy();
      }
      writing = false;
      if (!ended && waiting >= WRITE_BYTES) void flush();
      else settle();
      if (!ended && !held && waiting < MAX_WAITING) body.resume();
    };
    const end = (error?: unknown) => {
      if (ended) return;
      ended = true;
      if (signal.aborted) failure = signal.reason as Error;
      else if (error !== undefined) failure = asHubError(error, 'the hub');
      settle();
    };

    body.on('data', (chunk: Buffer) => {
      if (ended) return;
      came += chunk.length;
      if (came > expected) return void body.destroy(new HubError('wrong-answer', `the hub sends more than the ${expected} bytes it announced`));
      chunks.push(chunk);
      waiting += chunk.length;
      onBytes(chunk.length);
      const pauseMs = budget.spend(chunk.length, Date.now());
      if (pauseMs > 5) {
        held = true;
        body.pause();
        hold = setTimeout(() => {
          held = false;
          if (!ended) body.resume();
        }, pauseMs);
      }
      if (waiting >= MAX_WAITING) body.pause();
      if (waiting >= WRITE_BYTES && !writing) void flush();
    });
    body.once('end', () => end());
    body.once('error', (error) => end(error));
    body.once('close', () => end(body.complete ? undefined : new HubError('away', 'the hub broke the connection')));
  });
}
