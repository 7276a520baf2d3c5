import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { ManifestFile } from '../models/index.js';

/** Reads every file of a model in the library. @returns paths that are missing or not what the manifest says */
export async function verifyLibrary(root: string, files: readonly ManifestFile[], onBytes: (done: number) => void, signal: AbortSignal): Promise<string[]> {
  const damaged: string[] = [];
  let before = 0;
  for (const { path, bytes, sha256 } of files) {
    signal.throwIfAborted();
    const hash = createHash('sha256');
    let read = 0;
    try {
      for await (const chunk of createReadStream(join(root, path), { highWaterMark: 2 ** 20, signal })) {
        hash.update(chunk as Buffer);
        read += (chunk as Buffer).length;
        onBytes(before + Math.min(read, bytes));
      }
    } catch (error) {
      signal.throwIfAborted();
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
    if (read !== bytes || hash.digest('hex') !== sha256) damaged.push(path);
    before += bytes;
  }
  return damaged;
}
