import { mkdir, open, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { HubFile } from '../../hubs/index.js';
import { BLOCK_BYTES, BlockMap } from './block-map.js';
import { asDiskError } from './fetch-error.js';
import type { FileProgress, Stamp } from './progress-file.js';

/**
 * One file that is being fetched: its bytes on the disk and the map of what may be relied on. A block counts as done only
 * after fdatasync returned; a failed one is never tried again, because the kernel then forgets which pages it lost: the
 * file starts anew.
 */
export class TargetFile {
  readonly map: BlockMap;
  etag: string | null;
  discards: number;
  verified: Stamp | null;
  state: 'pending' | 'fetching' | 'checking' | 'done' | 'failed' = 'pending';
  /** The hub sends this file only as a whole. */
  noRanges = false;
  inFlight = 0;
  /** Came, and is no whole block yet: lost if its connection breaks. */
  arriving = 0;
  /** Tries since the last byte. */
  failures = 0;
  restarts = 0;
  checkedBytes = 0;
  /** Ends the requests for this file only. */
  stop = new AbortController();
  readonly #path: string;
  #handle: FileHandle | undefined;
  #opening: Promise<FileHandle> | undefined;
  #written = new Set<number>();
  #writtenBytes = 0;

  constructor(
    readonly directory: string,
    readonly file: HubFile,
    saved: FileProgress | undefined,
  ) {
    this.#path = join(directory, file.path);
    this.map = new BlockMap(file.bytes, saved?.blocks);
    this.etag = saved?.etag ?? null;
    this.discards = saved?.discards ?? 0;
    this.verified = saved?.verified ?? null;
  }

  get path(): string {
    return this.#path;
  }

  /** Bytes that are here, relied on or not. */
  get bytesDone(): number {
    return this.state === 'done' ? this.file.bytes : this.map.doneBytes + this.#writtenBytes + this.arriving;
  }

  get unsyncedBytes(): number {
    return this.#writtenBytes;
  }

  get progress(): FileProgress {
    return { blocks: this.map.toString(), etag: this.etag, discards: this.discards, verified: this.verified };
  }

  /** Compares with the disk what an earlier run remembered. A verified file that looks as it did needs no second look. */
  async recover(): Promise<void> {
    const found = await stat(this.#path).catch(() => undefined);
    if (found?.size !== this.file.bytes || !found.isFile()) {
      this.verified = null;
      this.map.clear();
    } else if (this.verified && (this.verified.mtimeMs !== found.mtimeMs || this.verified.inode !== found.ino || this.verified.bytes !== found.size)) {
      this.verified = null;
    }
    if (this.verified) this.state = 'done';
    else if (this.file.bytes === 0) await this.touch();
  }

  /**
   * Writes at an offset. `start` is where the connection began, at a block's edge: blocks in between are whole now.
   * @returns bytes of blocks that became whole by this
   */
  async write(bytes: Buffer, at: number, start: number): Promise<number> {
    const end = at + bytes.length;
    try {
      const handle = await this.#open();
      for (let position = at; position < end; ) position += (await handle.write(bytes, position - at, end - position, position)).bytesWritten;
    } catch (error) {
      throw asDiskError(error);
    }
    const whole = end === this.file.bytes ? this.map.count : Math.floor(end / BLOCK_BYTES);
    let wholeBytes = 0;
    for (let block = Math.max(start / BLOCK_BYTES, Math.floor(at / BLOCK_BYTES)); block < whole; block++) {
      if (this.#written.has(block)) continue;
      this.#written.add(block);
      wholeBytes += this.map.sizeOf(block);
    }
    this.#writtenBytes += wholeBytes;
    return wholeBytes;
  }

  isWritten(block: number): boolean {
    return this.#written.has(block);
  }

  /** Makes what was written last, then counts it. @returns whether there was anything */
  async sync(): Promise<boolean> {
    const blocks = this.#written;
    if (blocks.size === 0) return false;
    const handle = await this.#open();
    const snapshot = [...blocks];
    try {
      await handle.datasync();
    } catch (error) {
      throw asDiskError(error);
    }
    // A restart in between emptied the set: then these blocks are no longer of this file.
    if (this.#written !== blocks) return false;
    for (const block of snapshot) {
      // Another sync at the same time may have counted it.
      if (!blocks.delete(block)) continue;
      this.#writtenBytes -= this.map.sizeOf(block);
      this.map.markDone(block);
    }
    return true;
  }

  /** Throws the bytes away. Nobody may be writing. */
  async discard(): Promise<void> {
    await this.close();
    await rm(this.#path, { force: true });
    this.forget();
  }

  forget(): void {
    this.map.clear();
    this.#written = new Set();
    this.#writtenBytes = 0;
    this.etag = null;
    this.verified = null;
    this.checkedBytes = 0;
    this.state = 'pending';
  }

  async close(): Promise<void> {
    const handle = this.#handle ?? (await this.#opening?.catch(() => undefined));
    this.#handle = undefined;
    this.#opening = undefined;
    await handle?.close();
  }

  async #open(): Promise<FileHandle> {
    if (this.#handle) return this.#handle;
    this.#opening ??= this.#make();
    this.#handle = await this.#opening;
    return this.#handle;
  }

  /** Full length from the start, with holes: its size then says nothing about progress and everything about being ours. */
  async #make(): Promise<FileHandle> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o755 });
    const handle = await open(this.#path, this.map.doneBytes > 0 ? 'r+' : 'w+', 0o644);
    await handle.truncate(this.file.bytes);
    return handle;
  }

  /** An empty file needs no request. */
  async touch(): Promise<void> {
    await this.#open();
  }
}
