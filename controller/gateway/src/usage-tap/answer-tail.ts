import { usageFromTail, type TokenUsage } from './token-usage.js';

const KEPT_BYTES = 64 * 1024;

/** Keeps the end of a non-streaming answer, where engines put `usage`; never more than about 64 KiB and one chunk. */
export class AnswerTail {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    for (let first = this.#chunks[0]; first && this.#bytes - first.length >= KEPT_BYTES; first = this.#chunks[0]) {
      this.#chunks.shift();
      this.#bytes -= first.length;
    }
  }

  usage(): TokenUsage | undefined {
    return usageFromTail(Buffer.concat(this.#chunks).toString('latin1'));
  }
}
