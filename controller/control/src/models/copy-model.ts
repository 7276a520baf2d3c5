import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SourceFile } from './import-source.js';
import type { ManifestFile } from './manifest.js';

const CHUNK = 4 << 20;

/**
 * Copies a source into `<target>.partial`, hashing what passes, and publishes it as `target` by one rename after
 * everything is on the disk. Copies are real copies: a source that is changed later cannot change the model.
 * @param onBytes told the bytes copied so far
 */
export async function copyModel(source: { readonly root: string; readonly files: readonly SourceFile[] }, target: string, onBytes: (done: number) => void, signal: AbortSignal): Promise<ManifestFile[]> {
  const partial = `${target}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true, mode: 0o755 });
  const manifest: ManifestFile[] = [];
  let before = 0;
  for (const { path, linkTo } of source.files) {
    await mkdir(dirname(join(partial, path)), { recursive: true, mode: 0o755 });
    const copied = await copyFile(linkTo ?? join(source.root, path), join(partial, path), (bytes) => onBytes(before + bytes), signal);
    before += copied.bytes;
    manifest.push({ path, ...copied });
  }
  for (const directory of new Set([partial, ...source.files.map(({ path }) => dirname(join(partial, path)))])) await syncDirectory(directory);
  await rename(partial, target);
  await syncDirectory(dirname(target));
  return manifest;
}

async function copyFile(from: string, to: string, onBytes: (done: number) => void, signal: AbortSignal): Promise<{ bytes: number; sha256: string }> {
  const input = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const output = await open(to, 'wx', 0o644);
    try {
      const hash = createHash('sha256');
      const buffer = Buffer.alloc(CHUNK);
      let bytes = 0;
      for (;;) {
        signal.throwIfAborted();
        const { bytesRead } = await input.read(buffer, 0, CHUNK);
        if (bytesRead === 0) break;
        const piece = buffer.subarray(0, bytesRead);
        hash.update(piece);
        await output.writeFile(piece);
        bytes += bytesRead;
        onBytes(bytes);
      }
      await output.sync();
      return { bytes, sha256: hash.digest('hex') };
    } finally {
      await output.close();
    }
  } finally {
    await input.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
