import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readJsonFile, writeFileAtomic } from '@openstation/kit';
import type { LaidFile, PieceLayout, PiecePlace } from './piece-layout.js';
import { PieceSet } from './piece-set.js';

interface SavedMap {
  /** Pieces on disk, as far as they were synchronised. */
  readonly have: string;
  /** Paths whose bytes were read back and found right. */
  readonly checked: readonly string[];
}

/**
 * The files of a model on their way: `<directory>/…` in full length with holes, `<mapFile>` with the pieces that are on disk.
 * A piece counts once its bytes were written; the map is saved after they were synchronised, so a crash loses pieces and
 * never claims one. Whether a whole file is right is decided by its hash of what can be read back.
 */
export class PartialModel {
  have: PieceSet;
  readonly #checked = new Set<string>();
  readonly #handles = new Map<number, Promise<FileHandle>>();
  readonly #unsynchronised = new Set<number>();
  #saving: Promise<void> = Promise.resolve();
  #unsaved = false;

  private constructor(readonly directory: string, private readonly mapFile: string, readonly layout: PieceLayout) {
    this.have = new PieceSet(layout.pieces);
  }

  /** Takes up what an earlier process left. Without its map every piece that is there is judged by its hash. */
  static async open(directory: string, mapFile: string, layout: PieceLayout, signal: AbortSignal): Promise<PartialModel> {
    const partial = new PartialModel(directory, mapFile, layout);
    await mkdir(directory, { recursive: true, mode: 0o755 });
    const saved = await readJsonFile<SavedMap>(mapFile).catch(() => undefined); // a damaged map is no map
    if (saved) partial.have = new PieceSet(layout.pieces, Buffer.from(saved.have, 'base64'));
    for (const file of layout.files) {
      const size = await sizeOf(partial.pathOf(file));
      if (saved && size === file.bytes && saved.checked.includes(file.path)) partial.#checked.add(file.path);
      else if (size !== file.bytes && saved) partial.#forget(file);
      if (!saved && size > 0) await partial.judgePieces(file, signal);
    }
    return partial;
  }

  pathOf(file: LaidFile): string {
    return join(this.directory, ...file.path.split('/'));
  }

  get bytesDone(): number {
    let missing = 0;
    for (const file of this.layout.files) {
      for (let piece = file.firstPiece; piece < file.firstPiece + file.pieces; piece += 1) {
        if (!this.have.has(piece)) missing += this.layout.place(piece).to - this.layout.place(piece).from;
      }
    }
    return this.layout.bytes - missing;
  }

  isChecked(file: LaidFile): boolean {
    return this.#checked.has(file.path);
  }

  isWhole(file: LaidFile): boolean {
    for (let piece = file.firstPiece; piece < file.firstPiece + file.pieces; piece += 1) if (!this.have.has(piece)) return false;
    return true;
  }

  /** @throws Error with the system's code, ENOSPC among them */
  async write({ file, from }: PiecePlace, offset: number, data: Uint8Array): Promise<void> {
    const handle = await this.#handle(file);
    for (let done = 0; done < data.length; ) {
      const { bytesWritten } = await handle.write(data, done, data.length - done, from + offset + done);
      done += bytesWritten;
    }
  }

  /** The file is right where it lies, outside this directory. */
  assume(file: LaidFile): void {
    for (let piece = file.firstPiece; piece < file.firstPiece + file.pieces; piece += 1) this.have.add(piece);
    this.#checked.add(file.path);
  }

  /** All its bytes were written and, where it can be judged, are right. */
  add(piece: number): void {
    this.have.add(piece);
    this.#unsynchronised.add(this.layout.place(piece).file.index);
    this.#unsaved = true;
  }

  /** Synchronises what was written, then the map. One at a time; nothing to do when nothing changed. */
  save(): Promise<void> {
    const turn = this.#saving.then(() => this.#save());
    this.#saving = turn.catch(() => undefined); // told to the caller
    return turn;
  }

  /** Reads the file back. When it is wrong, the pieces that are wrong (all of them where pieces cannot be judged) count as missing again. */
  async check(file: LaidFile, signal: AbortSignal): Promise<boolean> {
    const handle = await this.#handle(file);
    await handle.datasync();
    if ((await sha256OfFile(this.pathOf(file), signal)) === file.sha256) {
      this.#checked.add(file.path);
      this.#unsaved = true;
      return true;
    }
    const judged = file.pieceSha256.length > 0 ? await this.judgePieces(file, signal) : 0;
    if (judged === 0) this.#forget(file);
    return false;
  }

  /** Finds out by hash which pieces of a file are there. @returns how many were found wrong or missing */
  async judgePieces(file: LaidFile, signal: AbortSignal): Promise<number> {
    const handle = await this.#handle(file);
    let wrong = 0;
    for (let piece = file.firstPiece; piece < file.firstPiece + file.pieces; piece += 1) {
      signal.throwIfAborted();
      const { from, to, sha256 } = this.layout.place(piece);
      const data = Buffer.allocUnsafe(to - from);
      const { bytesRead } = await handle.read(data, 0, data.length, from);
      if (sha256 !== undefined && bytesRead === data.length && createHash('sha256').update(data).digest('hex') === sha256) this.add(piece);
      else {
        this.have.delete(piece);
        wrong += 1;
      }
    }
    this.#unsaved = true;
    return wrong;
  }

  /** Saves and lets go of the files. */
  async close(): Promise<void> {
    try {
      await this.save();
    } finally {
      const handles = [...this.#handles.values()];
      this.#handles.clear();
      for (const handle of await Promise.allSettled(handles)) if (handle.status === 'fulfilled') await handle.value.close();
    }
  }

  #forget(file: LaidFile): void {
    for (let piece = file.firstPiece; piece < file.firstPiece + file.pieces; piece += 1) this.have.delete(piece);
    this.#unsaved = true;
  }

  async #save(): Promise<void> {
    if (!this.#unsaved) return;
    this.#unsaved = false;
    const saved: SavedMap = { have: Buffer.from(this.have.bytes).toString('base64'), checked: [...this.#checked] };
    const files = [...this.#unsynchronised];
    this.#unsynchronised.clear();
    for (const index of files) await (await this.#handles.get(index))?.datasync();
    await writeFileAtomic(this.mapFile, JSON.stringify(saved));
  }

  #handle(file: LaidFile): Promise<FileHandle> {
    const handle = this.#handles.get(file.index) ?? this.#open(file);
    this.#handles.set(file.index, handle);
    handle.catch(() => this.#handles.delete(file.index)); // told to whoever waits for it
    return handle;
  }

  async #open(file: LaidFile): Promise<FileHandle> {
    const path = this.pathOf(file);
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    const handle = await open(path, 'a', 0o644);
    await handle.close();
    const writable = await open(path, 'r+');
    if ((await writable.stat()).size !== file.bytes) await writable.truncate(file.bytes);
    return writable;
  }
}

export async function sha256OfFile(path: string, signal: AbortSignal, onBytes: (bytes: number) => void = () => undefined): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024, signal })) {
    hash.update(chunk as Buffer);
    onBytes((chunk as Buffer).length);
  }
  return hash.digest('hex');
}

/** -1 when there is no such file. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return -1;
    throw error;
  }
}
