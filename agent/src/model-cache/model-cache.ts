import { mkdir, open, readdir, rename, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Backoff, readJsonFile, sleep, writeFileAtomic } from '@openstation/kit';
import type { CachedModel, ModelManifest, ModelReference } from '@openstation/proto';
import { fetchFile } from './file-fetch.js';
import { cacheName, checkManifest } from './manifest-check.js';
import { ModelFetchError, ModelSourceError, type ModelSource } from './model-source.js';

export type OnModelProgress = (ratio: number, message: string) => void;

interface SharedFetch {
  readonly done: Promise<string>;
  readonly listeners: Set<OnModelProgress>;
  readonly abort: AbortController;
}

interface CacheEntry {
  readonly modelId: string;
  readonly name: string;
  readonly bytes: number;
}

/** Room that stays free beside the model's own bytes. */
const SPARE_BYTES = 256 * 1024 * 1024;
const REFUSALS_BEFORE_FAILURE = 3;

/**
 * Models on this node: `<root>/<digest>` holds exactly the model's files, `<digest>.partial` what was fetched so
 * far, `<digest>.json` what it is. A directory without ".partial" is complete: it got its name by rename, last.
 */
export class ModelCache {
  readonly #fetches = new Map<string, SharedFetch>();

  constructor(
    private readonly root: string,
    private readonly source: ModelSource,
    private readonly backoff: () => Backoff = () => new Backoff({ firstMs: 500, maxMs: 5000 }),
  ) {}

  /**
   * The directory of the model, fetched if need be; one fetch however many instances wait, ended when the last leaves.
   * @throws ModelFetchError when it cannot be had; the signal's reason when aborted
   */
  async ensure(reference: ModelReference, onProgress: OnModelProgress, signal: AbortSignal): Promise<string> {
    const name = cacheName(reference.manifestDigest);
    const directory = join(this.root, name);
    if (await exists(directory)) return directory;
    await this.#ending(name);
    const fetch = this.#fetches.get(name) ?? this.#begin(name, reference);
    fetch.listeners.add(onProgress);
    const left = Promise.withResolvers<never>();
    const leave = (): void => left.reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    try {
      return await Promise.race([fetch.done, left.promise]);
    } finally {
      signal.removeEventListener('abort', leave);
      fetch.listeners.delete(onProgress);
      if (fetch.listeners.size === 0) fetch.abort.abort(new Error('nobody waits for the model any more'));
    }
  }

  async list(): Promise<CachedModel[]> {
    const models: CachedModel[] = [];
    for (const file of await names(this.root)) {
      if (!/^[0-9a-f]{64}\.json$/.test(file)) continue;
      const digest = file.slice(0, 64);
      const entry = await readJsonFile<CacheEntry>(join(this.root, file));
      if (entry) models.push({ modelId: entry.modelId, manifestDigest: digest, bytes: entry.bytes, complete: await exists(join(this.root, digest)), fromControllerBytes: 0, fromNodesBytes: 0, fetching: this.#fetches.has(digest), inPlace: false, verifiedAtMs: 0, damaged: false });
    }
    return models;
  }

  /** A fetch that everybody left is let end before the next one touches the same files. */
  async #ending(name: string): Promise<void> {
    for (let fetch = this.#fetches.get(name); fetch?.abort.signal.aborted; fetch = this.#fetches.get(name)) await fetch.done.catch(() => undefined); // its end is all that matters
  }

  #begin(name: string, reference: ModelReference): SharedFetch {
    const listeners = new Set<OnModelProgress>();
    const abort = new AbortController();
    const tell: OnModelProgress = (ratio, message) => {
      for (const listener of listeners) listener(ratio, message);
    };
    const done = this.#fetch(name, reference, tell, abort.signal).finally(() => this.#fetches.delete(name));
    done.catch(() => undefined); // whoever still waits gets it; nobody may be left to
    const fetch = { done, listeners, abort };
    this.#fetches.set(name, fetch);
    return fetch;
  }

  async #fetch(name: string, reference: ModelReference, tell: OnModelProgress, signal: AbortSignal): Promise<string> {
    const directory = join(this.root, name);
    const partial = `${directory}.partial`;
    const manifest = await this.#manifest(reference, tell, signal);
    checkManifest(manifest, reference);
    await mkdir(partial, { recursive: true, mode: 0o755 });
    const total = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
    await this.#requireSpace(partial, total, reference);
    const entry: CacheEntry = { modelId: reference.modelId, name: reference.name, bytes: total };
    await writeFileAtomic(`${directory}.json`, JSON.stringify(entry));
    let before = 0;
    for (const file of manifest.files) {
      const onBytes = (bytes: number): void => tell(total > 0 ? (before + bytes) / total : 1, file.path);
      const onTrouble = (message: string): void => tell(total > 0 ? before / total : 0, message);
      await fetchFile({ modelId: reference.modelId, file, directory: partial, source: this.source, signal, onBytes, onTrouble, backoff: this.backoff() });
      before += file.bytes;
    }
    await syncDirectory(partial);
    await rename(partial, directory);
    await syncDirectory(this.root);
    return directory;
  }

  /** The controller may be away for hours; only its refusal ends the wait. */
  async #manifest(reference: ModelReference, tell: OnModelProgress, signal: AbortSignal): Promise<ModelManifest> {
    const backoff = this.backoff();
    for (let refusals = 0; ; ) {
      signal.throwIfAborted();
      try {
        return await this.source.manifest(reference.modelId, signal);
      } catch (error) {
        if (!(error instanceof ModelSourceError)) throw error;
        if (!error.retryable && ++refusals === REFUSALS_BEFORE_FAILURE) throw new ModelFetchError(error.message);
        tell(0, error.message);
      }
      await sleep(backoff.next(), signal);
    }
  }

  async #requireSpace(partial: string, total: number, reference: ModelReference): Promise<void> {
    const { bavail, bsize } = await statfs(partial);
    const missing = total - (await treeBytes(partial));
    if (missing > 0 && bavail * bsize < missing + SPARE_BYTES) {
      throw new ModelFetchError(`model ${reference.name} needs ${megabytes(missing)} more in ${this.root}, ${megabytes(bavail * bsize)} are free`);
    }
  }
}

async function treeBytes(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function names(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MiB`;
}
