import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHash } from '../../hubs/index.js';
import type { Stamp } from './progress-file.js';

const CHUNK = 1 << 20;

export interface Checked {
  readonly stamp: Stamp;
  /** What the bytes are in the form the hub uses. */
  readonly found: FileHash;
}

/** Hashes what lies on the disk, front to back. @param onBytes told the bytes read so far */
export async function checkFile(path: string, kind: FileHash['kind'], onBytes: (done: number) => void, signal: AbortSignal): Promise<Checked> {
  const file = await open(path, 'r');
  let reading: Promise<{ readonly bytesRead: number }> = Promise.resolve({ bytesRead: 0 });
  try {
    const { size, mtimeMs, ino } = await file.stat();
    const sha256 = createHash('sha256');
    const blob = kind === 'git-sha1' ? createHash('sha1').update(`blob ${size}\0`) : undefined;
    let [buffer, other] = [Buffer.allocUnsafe(CHUNK), Buffer.allocUnsafe(CHUNK)];
    let done = 0;
    reading = file.read(buffer, 0, CHUNK, 0);
    for (;;) {
      const { bytesRead } = await reading;
      if (bytesRead === 0) break;
      signal.throwIfAborted();
      const part = buffer.subarray(0, bytesRead);
      [buffer, other] = [other, buffer];
      done += bytesRead;
      // The next part is read while this one is hashed.
      reading = file.read(buffer, 0, CHUNK, done);
      sha256.update(part);
      blob?.update(part);
      onBytes(done);
    }
    const hex = sha256.digest('hex');
    return { stamp: { sha256: hex, bytes: size, mtimeMs, inode: ino }, found: { kind, hex: blob?.digest('hex') ?? hex } };
  } finally {
    await reading.catch(() => undefined);
    await file.close();
  }
}
