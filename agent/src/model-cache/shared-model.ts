import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { CacheDisk, CacheEntry } from './cache-disk.js';
import type { ModelFetch } from './model-fetch.js';
import type { PieceLayout } from './piece-layout.js';
import { PieceSet } from './piece-set.js';

/** What other nodes may read of a model: pieces that are on disk and were found right. */
export interface SharedModel {
  readonly have: PieceSet;
  readonly fetching: PieceSet;
  /** Bytes of the file; undefined when the model has none of this path. */
  sizeOf(path: string): number | undefined;
  /** Whether all the bytes [from, to) of a file are here. */
  holds(path: string, from: number, to: number): boolean;
  open(path: string): Promise<FileHandle>;
}

export function sharedOf(disk: CacheDisk, digest: string, entry: CacheEntry, layout: PieceLayout, complete: boolean, fetch: ModelFetch | undefined): SharedModel | undefined {
  const have = complete ? healthy(layout, entry.damaged ?? []) : fetch?.partial?.have;
  if (!have) return undefined;
  const root = entry.inPlace?.root ?? (complete ? disk.directory(digest) : disk.partial(digest));
  const files = new Map(layout.files.map((file) => [file.path, file]));
  const fetching = new PieceSet(layout.pieces);
  for (const piece of fetch?.swarm?.fetchingFromController ?? []) fetching.add(piece);
  return {
    have, fetching,
    sizeOf: (path) => files.get(path)?.bytes,
    holds: (path, from, to) => {
      const file = files.get(path);
      return file !== undefined && layout.touched(file, from, to).every((piece) => have.has(piece));
    },
    open: (path) => open(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK),
  };
}

function healthy(layout: PieceLayout, damaged: readonly string[]): PieceSet {
  const have = new PieceSet(layout.pieces);
  for (const file of layout.files) {
    if (damaged.includes(file.path)) continue;
    for (let piece = file.firstPiece; piece < file.firstPiece + file.pieces; piece += 1) have.add(piece);
  }
  return have;
}
