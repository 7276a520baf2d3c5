import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { FileStamp } from './file-stamp.js';

const CHUNK = 4 << 20;

/** Reads an open file from its beginning. @param onBytes told the bytes read so far */
export async function hashFile(file: FileHandle, onBytes: (done: number) => void, signal: AbortSignal): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(CHUNK);
  let bytes = 0;
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, CHUNK, bytes);
    if (bytesRead === 0) return { bytes, sha256: hash.digest('hex') };
    hash.update(buffer.subarray(0, bytesRead));
    bytes += bytesRead;
    onBytes(bytes);
  }
}

export async function stampOf(file: FileHandle, path: string): Promise<FileStamp> {
  const { size, mtimeNs, dev, ino } = await file.stat({ bigint: true });
  return { path, bytes: Number(size), modifiedNs: mtimeNs.toString(), device: dev.toString(), inode: ino.toString() };
}

export function sameStamp(a: FileStamp, b: FileStamp): boolean {
  return a.bytes === b.bytes && a.modifiedNs === b.modifiedNs && a.device === b.device && a.inode === b.inode;
}
