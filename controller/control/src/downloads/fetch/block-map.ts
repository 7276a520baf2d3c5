/** What is remembered of a file: which of its blocks lie on the disk. */
export const BLOCK_BYTES = 8 * 2 ** 20;
/** Asked for at once: 64 MiB. */
export const PIECE_BLOCKS = 8;

/** Blocks of one file: missing, taken by a connection, or on the disk for good. */
export class BlockMap {
  readonly count: number;
  readonly #done: Uint8Array;
  readonly #taken = new Set<number>();
  #doneBytes = 0;

  constructor(
    readonly bytes: number,
    saved?: string,
  ) {
    this.count = Math.ceil(bytes / BLOCK_BYTES);
    this.#done = new Uint8Array(this.count);
    const bits = saved === undefined ? Buffer.alloc(0) : Buffer.from(saved, 'base64');
    // A map of another length is of another file.
    if (bits.length !== Math.ceil(this.count / 8)) return;
    for (let block = 0; block < this.count; block++) if (((bits[block >> 3] ?? 0) >> (block & 7)) & 1) this.markDone(block);
  }

  get complete(): boolean {
    return this.#doneBytes === this.bytes;
  }

  get doneBytes(): number {
    return this.#doneBytes;
  }

  /** The next run of blocks nobody has or fetches, at most a piece long; they are taken by this. */
  take(): { from: number; to: number } | undefined {
    const free = (block: number) => block < this.count && this.#done[block] === 0 && !this.#taken.has(block);
    let first = 0;
    while (first < this.count && !free(first)) first++;
    if (first === this.count) return undefined;
    let last = first;
    while (last - first + 1 < PIECE_BLOCKS && free(last + 1)) last++;
    for (let block = first; block <= last; block++) this.#taken.add(block);
    return { from: first, to: last };
  }

  takeAll(): { from: number; to: number } {
    for (let block = 0; block < this.count; block++) this.#taken.add(block);
    return { from: 0, to: this.count - 1 };
  }

  /** What was taken and did not come, is missing again. */
  release({ from, to }: { from: number; to: number }, except: (block: number) => boolean): void {
    for (let block = from; block <= to; block++) if (!except(block)) this.#taken.delete(block);
  }

  markDone(block: number): void {
    this.#taken.delete(block);
    if (this.#done[block] !== 0) return;
    this.#done[block] = 1;
    this.#doneBytes += this.sizeOf(block);
  }

  clear(): void {
    this.#done.fill(0);
    this.#taken.clear();
    this.#doneBytes = 0;
  }

  sizeOf(block: number): number {
    return Math.min(BLOCK_BYTES, this.bytes - block * BLOCK_BYTES);
  }

  /** One bit a block. */
  toString(): string {
    const bits = Buffer.alloc(Math.ceil(this.count / 8));
    this.#done.forEach((done, block) => { if (done !== 0) bits[block >> 3] = (bits[block >> 3] ?? 0) | (1 << (block & 7)); });
    return bits.toString('base64');
  }
}
