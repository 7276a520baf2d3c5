import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Backoff, sleep } from '@openstation/kit';
import type { FileChunk, UpgradeOrder } from '@openstation/proto';
import { ArchiveError } from './unpack.js';

/** Bytes of an archive from an offset on; rejects with `retryable` set when the connection is to blame. */
export type ArchiveSource = (version: string, arch: string, offset: number, signal: AbortSignal) => AsyncIterable<FileChunk>;

const GIVE_UP_MS = 30 * 60_000;

/**
 * Brings the ordered archive to `path`, going on where an earlier attempt ended, also one of an earlier process.
 * @throws ArchiveError when what came is not what was ordered, or nothing comes for half an hour
 */
export async function fetchArchive(order: UpgradeOrder, path: string, source: ArchiveSource, told: (bytes: number) => void, signal: AbortSignal): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const backoff = new Backoff({ firstMs: 500, maxMs: 10_000 });
  let lastGain = performance.now();
  for (;;) {
    const before = await sizeOf(path);
    if (before >= order.bytes) break;
    try {
      await append(order, path, before, source, told, signal);
    } catch (error) {
      if (!isRetryable(error) || signal.aborted) throw error;
    }
    const gained = (await sizeOf(path)) > before;
    if (gained) {
      lastGain = performance.now();
      backoff.reset();
    } else if (performance.now() - lastGain > GIVE_UP_MS) {
      throw new ArchiveError('the archive could not be fetched for half an hour');
    }
    if ((await sizeOf(path)) < order.bytes) await sleep(backoff.next(), signal);
    signal.throwIfAborted();
  }
  const digest = await sha256Of(path);
  if (digest === order.sha256 && (await sizeOf(path)) === order.bytes) return;
  await rm(path, { force: true });
  throw new ArchiveError('the archive that came is not the ordered one: its digest differs');
}

async function append(order: UpgradeOrder, path: string, from: number, source: ArchiveSource, told: (bytes: number) => void, signal: AbortSignal): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    let at = from;
    for await (const { offset, data } of source(order.version, order.arch, from, signal)) {
      if (offset !== at || at + data.length > order.bytes) throw new ArchiveError('the controller sends other bytes than those that were asked for');
      await file.write(data);
      at += data.length;
      told(at);
    }
    await file.datasync();
  } finally {
    await file.close();
  }
}

function isRetryable(error: unknown): boolean {
  return (error as { retryable?: boolean }).retryable === true;
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
