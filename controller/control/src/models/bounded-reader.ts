import type { ByteSource } from './byte-source.js';
import { ModelFileError } from './model-file-error.js';

const CHUNK = 1 << 20;

/**
 * Reads a file front to back in pieces, little-endian. Every length is checked against the rest of the file
 * and a budget before anything is allocated.
 */
export class BoundedReader {
  #buffer: Buffer = Buffer.alloc(0);
  #bufferStart = 0;
  #position = 0;

  constructor(
    private readonly source: ByteSource,
    private readonly budget: number,
  ) {}

  get size(): number {
    return this.source.size;
  }

  get position(): number {
    return this.#position;
  }

  async bytes(length: number): Promise<Buffer> {
    this.#check(length);
    const from = this.#position - this.#bufferStart;
    if (from < 0 || from + length > this.#buffer.length) await this.#fill(length);
    const start = this.#position - this.#bufferStart;
    this.#position += length;
    return this.#buffer.subarray(start, start + length);
  }

  skip(length: number): void {
    this.#check(length);
    this.#position += length;
  }

  async u32(): Promise<number> {
    return (await this.bytes(4)).readUInt32LE();
  }

  /** @throws ModelFileError when the number is beyond 2^53 */
  async u64(): Promise<number> {
    const value = (await this.bytes(8)).readBigUInt64LE();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ModelFileError('a length in the file is absurd');
    return Number(value);
  }

  #check(length: number): void {
    if (!Number.isSafeInteger(length) || length < 0) throw new ModelFileError('a length in the file is absurd');
    if (this.#position + length > this.size) throw new ModelFileError('the file ends before its own header says so', 'truncated');
    if (this.#position + length > this.budget) throw new ModelFileError(`the header is longer than ${this.budget} bytes`);
  }

  /** Reads ahead where the source allows it: thousands of small pieces follow each other. */
  async #fill(length: number): Promise<void> {
    const ahead = Math.min(Math.max(length, CHUNK), this.size - this.#position, this.budget - this.#position);
    this.#buffer = await this.source.read(this.#position, ahead).catch((error: unknown) => {
      if (ahead === length) throw error;
      return this.source.read(this.#position, length);
    });
    this.#bufferStart = this.#position;
  }
}
