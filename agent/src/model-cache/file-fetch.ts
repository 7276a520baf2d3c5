import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Backoff, sleep } from '@openstation/kit';
import type { ModelFile } from '@openstation/proto';
import { ModelFetchError, ModelSourceError, type ModelSource } from './model-source.js';

/** The first transfer and two more. */
const TRANSFERS_OF_WRONG_BYTES = 3;
const REFUSALS_BEFORE_FAILURE = 3;

export interface FileFetch {
  readonly modelId: string;
  readonly file: ModelFile;
  readonly directory: string;
  readonly source: ModelSource;
  readonly signal: AbortSignal;
  /** Bytes of this file that are on disk now; falls when wrong bytes are thrown away. */
  readonly onBytes: (bytes: number) => void;
  readonly onTrouble: (message: string) => void;
  readonly backoff?: Backoff;
}

/**
 * Brings one file to disk: goes on where an earlier transfer ended, however that ended, and accepts the file only
 * by the hash of what can be read back.
 * @throws ModelFetchError when the source keeps sending wrong bytes or refuses
 */
export async function fetchFile(fetch: FileFetch): Promise<void> {
  const path = join(fetch.directory, ...fetch.file.path.split('/'));
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  for (let transfer = 1; ; transfer++) {
    await transferAll(fetch, path);
    if ((await sha256OfFile(path, fetch.signal)) === fetch.file.sha256) return;
    if (transfer === TRANSFERS_OF_WRONG_BYTES) throw new ModelFetchError(`${fetch.file.path} arrived with wrong bytes ${transfer} times`);
    fetch.onTrouble(`${fetch.file.path} arrived with wrong bytes and is fetched again`);
    await cutTo(path, 0);
    fetch.onBytes(0);
  }
}

/** Ends when the file has its full length. A connection may break any number of times. */
async function transferAll(fetch: FileFetch, path: string): Promise<void> {
  const backoff = fetch.backoff ?? new Backoff({ firstMs: 500, maxMs: 5000 });
  for (let refusals = 0; ; ) {
    fetch.signal.throwIfAborted();
    const have = await sizeOf(path);
    if (have > fetch.file.bytes) await cutTo(path, 0);
    else if (have === fetch.file.bytes) return fetch.onBytes(have);
    try {
      await transferOnce(fetch, path);
      if ((await sizeOf(path)) > have) backoff.reset();
    } catch (error) {
      if (!(error instanceof ModelSourceError)) throw error;
      if (!error.retryable && ++refusals === REFUSALS_BEFORE_FAILURE) throw new ModelFetchError(`${fetch.file.path}: ${error.message}`);
      fetch.onTrouble(error.message);
    }
    if ((await sizeOf(path)) < fetch.file.bytes) await sleep(backoff.next(), fetch.signal);
  }
}

async function transferOnce(fetch: FileFetch, path: string): Promise<void> {
  const handle = await open(path, 'a', 0o644);
  try {
    let at = (await handle.stat()).size;
    fetch.onBytes(at);
    if (fetch.file.bytes > 0) {
      for await (const chunk of fetch.source.file(fetch.modelId, fetch.file.path, at, fetch.signal)) {
        if (chunk.offset !== at) throw new ModelSourceError(`bytes of ${fetch.file.path} came out of order`, true);
        const data = chunk.data.subarray(0, fetch.file.bytes - at);
        await handle.appendFile(data);
        at += data.length;
        fetch.onBytes(at);
        if (at >= fetch.file.bytes) break;
      }
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function cutTo(path: string, bytes: number): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.truncate(bytes);
  } finally {
    await handle.close();
  }
}

/** -1 when there is no file yet, so that an empty file is still created. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return -1;
    throw error;
  }
}

async function sha256OfFile(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024, signal })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
