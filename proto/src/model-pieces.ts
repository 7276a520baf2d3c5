import { createHash } from 'node:crypto';

/**
 * Models travel between controller and nodes in pieces of this many bytes, so that several sources can serve one file and a
 * wrong byte is known to its sender. The last piece of a file is shorter; an empty file has none.
 */
export const MODEL_PIECE_BYTES = 8 * 1024 * 1024;

export function pieceCount(fileBytes: number): number {
  return Math.ceil(fileBytes / MODEL_PIECE_BYTES);
}

/**
 * The digest that names a model's bytes: SHA-256 over one `sha256 bytes path` line per file, sorted by path (UTF-16 code
 * units). The same files give the same digest, whoever lists them.
 */
export function modelDigest(files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[]): string {
  const lines = [...files].sort(byPath).map(({ path, bytes, sha256 }) => `${sha256} ${bytes} ${path}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** The order in which the pieces of a model are numbered: file after file. */
export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
