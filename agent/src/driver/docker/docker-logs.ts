import type { RawLogLine } from '../driver.js';

const HEADER_BYTES = 8;
const STDERR = 2;

/**
 * Splits Docker's log stream into lines: frames of `[stream, 0, 0, 0, length (4 bytes)]` + payload, each line
 * beginning with an RFC 3339 time. A frame may end inside a line, a chunk inside a frame.
 */
export class DockerLogReader {
  #pending: Buffer = Buffer.alloc(0);
  readonly #open = new Map<number, Buffer>();
  #number = 0;

  push(chunk: Buffer): RawLogLine[] {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    const lines: RawLogLine[] = [];
    while (this.#pending.length >= HEADER_BYTES) {
      const length = this.#pending.readUInt32BE(4);
      if (this.#pending.length < HEADER_BYTES + length) break;
      const stream = this.#pending.readUInt8(0);
      this.#frame(stream, this.#pending.subarray(HEADER_BYTES, HEADER_BYTES + length), lines);
      this.#pending = this.#pending.subarray(HEADER_BYTES + length);
    }
    return lines;
  }

  #frame(stream: number, payload: Buffer, lines: RawLogLine[]): void {
    let rest = Buffer.concat([this.#open.get(stream) ?? Buffer.alloc(0), payload]);
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      lines.push(this.#line(stream, rest.subarray(0, end)));
      rest = rest.subarray(end + 1);
    }
    this.#open.set(stream, rest);
  }

  #line(stream: number, bytes: Buffer): RawLogLine {
    const space = bytes.indexOf(0x20);
    const at = Date.parse(bytes.subarray(0, Math.max(0, space)).toString('latin1'));
    this.#number += 1;
    return { number: this.#number, atMs: Number.isNaN(at) ? 0 : at, text: bytes.subarray(space + 1), isErrorStream: stream === STDERR };
  }
}
