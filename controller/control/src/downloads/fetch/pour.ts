import { HubError, asHubError, type FileBody } from '../../hubs/index.js';
import type { ByteBudget } from './byte-budget.js';
import { WRITE_BYTES, type WriteBuffers } from './write-buffers.js';

/** Full buffers that wait for the disk before the connection does. */
const MAX_FULL = 2;
const LEAST_BYTES_PER_SECOND = 1024;

export interface Pouring {
  readonly body: FileBody;
  /** Exactly so many bytes must come. */
  readonly expected: number;
  /** Appends to what this connection wrote so far. Its rejection ends the pouring with that error. */
  readonly write: (bytes: Buffer) => Promise<void>;
  readonly buffers: WriteBuffers;
  readonly budget: ByteBudget;
  readonly stallMs: number;
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Moves a body to the disk, one write at a time, and reads no faster than the disk takes. What came before a break is
 * written too.
 * @throws HubError when the body breaks off, stalls, drips or is longer than it may be; what `write` throws
 */
export function pour({ body, expected, write, buffers, budget, stallMs, onBytes, signal }: Pouring): Promise<void> {
  return new Promise((resolve, reject) => {
    let filling = buffers.take();
    let filled = 0;
    const full: Buffer[] = [];
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

    const nextWrite = (): Buffer | undefined => {
      if (isDiskFailure) return undefined;
      const oldest = full.shift();
      if (oldest || !ended || filled === 0) return oldest;
      const rest = filling.subarray(0, filled);
      filled = 0;
      return rest;
    };
    const settle = (): void => {
      clearInterval(pulse);
      clearTimeout(hold);
      buffers.giveBack(filling);
      for (const buffer of full) buffers.giveBack(buffer);
      if (failure) reject(failure);
      else if (came !== expected) reject(new HubError('away', `the hub broke off after ${came} of ${expected} bytes`));
      else resolve();
    };
    const writeOn = async (): Promise<void> => {
      writing = true;
      for (let bytes = nextWrite(); bytes; bytes = nextWrite()) {
        try {
          await write(bytes);
        } catch (error) {
          failure = error as Error;
          isDiskFailure = true;
          ended = true;
          body.destroy();
        }
        if (bytes.length === WRITE_BYTES) buffers.giveBack(bytes);
        if (!ended && !held) body.resume();
      }
      writing = false;
      if (ended) settle();
    };
    const end = (error?: unknown): void => {
      if (ended) return;
      ended = true;
      if (signal.aborted) failure = signal.reason as Error;
      else if (error !== undefined) failure = asHubError(error, 'the hub');
      if (!writing) void writeOn();
    };
    const keep = (chunk: Buffer): void => {
      for (let at = 0; at < chunk.length; ) {
        const copied = chunk.copy(filling, filled, at);
        at += copied;
        filled += copied;
        if (filled < WRITE_BYTES) continue;
        full.push(filling);
        filling = buffers.take();
        filled = 0;
      }
      if (full.length > 0 && !writing) void writeOn();
      if (full.length >= MAX_FULL) body.pause();
    };

    body.on('data', (chunk: Buffer) => {
      if (ended) return;
      came += chunk.length;
      if (came > expected) return void body.destroy(new HubError('wrong-answer', `the hub sends more than the ${expected} bytes it announced`));
      keep(chunk);
      onBytes(chunk.length);
      const pauseMs = budget.spend(chunk.length, Date.now());
      if (pauseMs <= 5) return;
      held = true;
      body.pause();
      hold = setTimeout(() => {
        held = false;
        if (!ended && full.length < MAX_FULL) body.resume();
      }, pauseMs);
    });
    body.once('end', () => end());
    body.once('error', (error) => end(error));
    body.once('close', () => end(body.complete ? undefined : new HubError('away', 'the hub broke the connection')));
    body.resume();
  });
}
