import type { LogChunk, LogLine, LogRequest } from '@openstation/proto';
import type { LogOptions, RawLogLine } from '../driver/index.js';
import { sanitiseLine } from './sanitise.js';

/** Sends one chunk; resolves when the stream takes more. Rejects when the session is over. */
export type SendChunk = (chunk: LogChunk) => Promise<void>;
/** Raw lines of an instance; undefined when it has no engine here. */
export type OpenLog = (instanceId: string, options: LogOptions, signal: AbortSignal) => AsyncIterable<RawLogLine> | undefined;

const MAX_CHUNK_BYTES = 48 * 1024;
const MAX_CHUNK_LINES = 500;
/** Lines of a live log are gathered this long, so that a chatty engine costs few messages. */
const GATHER_MS = 100;
const MAX_REQUESTS = 32;

/** Answers log requests of one session: on demand, with cancel, never faster than the controller reads. */
export class LogServer {
  readonly #running = new Map<string, AbortController>();

  constructor(private readonly open: OpenLog, private readonly send: SendChunk, private readonly atOnce = MAX_REQUESTS) {}

  async answer(request: LogRequest): Promise<void> {
    const { requestId } = request;
    if (this.#running.size >= this.atOnce) return this.send(end(requestId, `this node answers ${this.atOnce} log requests at once`));
    const abort = new AbortController();
    this.#running.set(requestId, abort);
    try {
      const lines = this.open(request.instanceId, { tail: request.tail, follow: request.follow }, abort.signal);
      if (!lines) return await this.send(end(requestId, 'this instance has no engine on this node'));
      await this.#stream(requestId, lines, abort.signal);
      if (!abort.signal.aborted) await this.send(end(requestId, ''));
    } catch (error) {
      if (!abort.signal.aborted) await this.send(end(requestId, (error as Error).message));
    } finally {
      this.#running.delete(requestId);
    }
  }

  cancel(requestId: string): void {
    this.#running.get(requestId)?.abort(new Error('cancelled'));
  }

  /** The session is over. */
  cancelAll(): void {
    for (const abort of this.#running.values()) abort.abort(new Error('the session ended'));
  }

  async #stream(requestId: string, lines: AsyncIterable<RawLogLine>, signal: AbortSignal): Promise<void> {
    const iterator = lines[Symbol.asyncIterator]();
    let batch: LogLine[] = [];
    let bytes = 0;
    let next = iterator.next();
    try {
      while (!signal.aborted) {
        // With lines in hand wait only a moment for more; with none, as long as it takes.
        const result = batch.length === 0 ? await next : await Promise.race([next, later(GATHER_MS)]);
        if (result !== undefined && result.done !== true) {
          const line = toWire(result.value);
          batch.push(line);
          bytes += Buffer.byteLength(line.text) + 16;
          next = iterator.next();
        }
        const full = bytes >= MAX_CHUNK_BYTES || batch.length >= MAX_CHUNK_LINES;
        if (batch.length > 0 && (full || result === undefined || result.done === true)) {
          await this.send({ requestId, lines: batch, end: false, error: '' });
          batch = [];
          bytes = 0;
        }
        if (result?.done === true) return;
      }
    } finally {
      next.catch(() => undefined); // a read that was given up
      await iterator.return?.();
    }
  }
}

function toWire(line: RawLogLine): LogLine {
  return { number: line.number, atMs: line.atMs, text: sanitiseLine(line.text), isErrorStream: line.isErrorStream };
}

function end(requestId: string, error: string): LogChunk {
  return { requestId, lines: [], end: true, error };
}

function later(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}
