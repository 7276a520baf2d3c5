import type { ServerResponse } from 'node:http';
import type { UpstreamHead } from '../upstream/index.js';
import { AnswerTail, StreamTap, type TokenUsage } from '../usage-tap/index.js';
import { answerHeaders, isEventStream } from './answer-headers.js';

/**
 * Passes one engine answer to the client, byte for byte, and reads along. Nothing is sent before the first byte
 * of the body, so that an engine failing right after its head still becomes a proper error answer.
 */
export class AnswerRelay {
  readonly tap: StreamTap | undefined;
  readonly #tail: AnswerTail | undefined;

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
    if (!this.tap) {
      this.#tail?.push(chunk);
      this.#begin();
      return this.response.write(chunk);
    }
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
    if (rest) this.response.write(rest);
    this.response.end();
    return true;
  }

  usage(): TokenUsage | undefined {
    return this.tap ? this.tap.usage : this.#tail?.usage();
  }

  #begin(): void {
    if (this.response.headersSent) return;
    const headers = answerHeaders(this.head, this.tap !== undefined);
    for (let i = 0; i < headers.length; i += 2) this.response.setHeader(headers[i] ?? '', headers[i + 1] ?? '');
    this.response.writeHead(this.head.status);
  }
}
