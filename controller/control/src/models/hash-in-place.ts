import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileStamp } from './file-stamp.js';
import { hashFile, sameStamp, stampOf } from './hash-file.js';
import type { ListedFile } from './model-directory.js';
import { ModelFileError } from './model-file-error.js';
import type { ManifestFile } from './manifest.js';

/**
 * Hashes files where they lie, and notes what each looked like. Only reads.
 * @throws ModelFileError when a file changes while it is read
 */
export async function hashInPlace(root: string, files: readonly ListedFile[], onBytes: (done: number) => void, signal: AbortSignal): Promise<{ files: ManifestFile[]; stamps: FileStamp[] }> {
  const manifest: ManifestFile[] = [];
  const stamps: FileStamp[] = [];
  let before = 0;
  for (const { path } of files) {
    const file = await open(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stamp = await stampOf(file, path);
      const hashed = await hashFile(file, (bytes) => onBytes(before + bytes), signal);
      if (!sameStamp(stamp, await stampOf(file, path)) || hashed.bytes !== stamp.bytes) throw new ModelFileError(`${path}: was changed while it was read`);
      before += hashed.bytes;
      manifest.push({ path, ...hashed });
      stamps.push(stamp);
    } finally {
      await file.close();
    }
  }
  return { files: manifest, stamps };
}
