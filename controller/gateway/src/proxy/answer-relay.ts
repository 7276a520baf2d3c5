import type { ServerResponse } from 'node:http';
import type { UpstreamHead } from '../upstream/index.js';
import { AnswerTail, StreamTap, type TokenUsage } from '../usage-tap/index.js';
import { answerHeaders, isEventStream } from './answer-headers.js';

/** A whole answer up to this size is held until it is complete, so that a broken one becomes a proper error answer. */
const HELD_ANSWER_BYTES = 256 * 1024;

/**
 * Passes one engine answer to the client, byte for byte, and reads along. A stream starts with its first event;
 * a whole answer goes out when it is complete or too large to hold.
 */
export class AnswerRelay {
  readonly tap: StreamTap | undefined;
  readonly #tail: AnswerTail | undefined;
  #held: Buffer[] = [];
  #heldBytes = 0;

  constructor(
    private readonly response: ServerResponse,
    private readonly head: UpstreamHead,
    hideUsage: boolean,
  ) {
    if (isEventStream(head)) this.tap = new StreamTap(hideUsage, () => performance.now());
    else this.#tail = new AnswerTail();
  }

  get status(): number {
    return this.head.status;
  }

  /** The client has got, or will get, at least the head of this answer. */
  get begun(): boolean {
    return this.response.headersSent;
  }

  /** False when the client is slower than the engine: pause until `drain`. */
  push(chunk: Buffer): boolean {
    if (!this.tap) return this.#pushWhole(chunk);
    let ready = true;
    for (const part of this.tap.push(chunk)) {
      this.#begin();
      ready = this.response.write(part);
    }
    return ready;
  }

  /** The engine's answer has ended. False when it stopped before saying that it was complete: then it must not end cleanly. */
  end(): boolean {
    const rest = this.tap?.end();
    if (this.tap && this.head.status < 300 && !this.tap.finished) return false;
    this.#begin();
    this.response.end(rest ?? Buffer.concat(this.#held));
    return true;
  }

  usage(): TokenUsage | undefined {
    return this.tap ? this.tap.usage : this.#tail?.usage();
  }

  #pushWhole(chunk: Buffer): boolean {
    this.#tail?.push(chunk);
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes <= HELD_ANSWER_BYTES) return true;
    this.#begin();
    const ready = this.response.write(this.#held.length === 1 ? chunk : Buffer.concat(this.#held));
    this.#held = [];
    // From here on every chunk passes at once.
    this.#heldBytes = HELD_ANSWER_BYTES;
    return ready;
  }

  #begin(): void {
    if (this.response.headersSent) return;
    const headers = answerHeaders(this.head, this.tap !== undefined);
    for (let i = 0; i < headers.length; i += 2) this.response.setHeader(headers[i] ?? '', headers[i + 1] ?? '');
    this.response.writeHead(this.head.status);
  }
}
