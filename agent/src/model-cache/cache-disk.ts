import { mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile, writeFileAtomic } from '@openstation/kit';
import { ModelManifest } from '@openstation/proto';

/** What cheaply tells that a file is still the one that was hashed. */
export interface FileStamp {
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** What the cache knows of one model. */
export interface CacheEntry {
  readonly modelId: string;
  readonly name: string;
  readonly bytes: number;
  /** 0: never. */
  readonly verifiedAtMs?: number;
  /** Where the bytes of the newest fetch came from. */
  readonly fromControllerBytes?: number;
  readonly fromNodesBytes?: number;
  /** Paths whose bytes were found wrong. */
  readonly damaged?: readonly string[];
  /** Registered where it lies. */
  readonly inPlace?: { readonly root: string; readonly stamps: readonly FileStamp[] };
}

const TRASH = '.trash';

/**
 * Models on this node's disk: `<root>/<digest>` holds exactly the model's files, `<digest>.partial` and `<digest>.pieces` what was
 * fetched so far, `<digest>.json` what it is, `<digest>.manifest` its files and pieces, `<digest>.sources` whom to ask while the
 * controller is away. A directory without ".partial" is complete: it got its name by rename, last.
 */
export class CacheDisk {
  constructor(readonly root: string) {}

  directory(digest: string): string {
    return join(this.root, digest);
  }

  partial(digest: string): string {
    return join(this.root, `${digest}.partial`);
  }

  pieces(digest: string): string {
    return join(this.root, `${digest}.pieces`);
  }

  /** Everything that is known; what an interrupted deletion or write left is gone. */
  async open(): Promise<Map<string, CacheEntry>> {
    await mkdir(this.root, { recursive: true, mode: 0o755 });
    const entries = new Map<string, CacheEntry>();
    for (const name of await readdir(this.root)) {
      // ".tmp": a file that was being written when the process was killed.
      if (name.endsWith(TRASH) || name.endsWith('.tmp')) await rm(join(this.root, name), { recursive: true, force: true });
      if (!/^[0-9a-f]{64}\.json$/.test(name)) continue;
      const entry = await readJsonFile<CacheEntry>(join(this.root, name));
      if (entry) entries.set(name.slice(0, 64), entry);
    }
    return entries;
  }

  async putEntry(digest: string, entry: CacheEntry): Promise<void> {
    await writeFileAtomic(join(this.root, `${digest}.json`), JSON.stringify(entry));
  }

  async manifest(digest: string): Promise<ModelManifest | undefined> {
    const bytes = await readIfThere(join(this.root, `${digest}.manifest`));
    return bytes && ModelManifest.decode(bytes);
  }

  async putManifest(digest: string, manifest: ModelManifest): Promise<void> {
    await writeFileAtomic(join(this.root, `${digest}.manifest`), Buffer.from(ModelManifest.encode(manifest).finish()));
  }

  async sources<T>(digest: string): Promise<T | undefined> {
    return readJsonFile<T>(join(this.root, `${digest}.sources`));
  }

  async putSources(digest: string, sources: unknown): Promise<void> {
    await writeFileAtomic(join(this.root, `${digest}.sources`), JSON.stringify(sources));
  }

  async isComplete(digest: string): Promise<boolean> {
    return exists(this.directory(digest));
  }

  /** The files are all there and right: from here on the model is one. */
  async publish(digest: string): Promise<void> {
    const inside = await readdir(this.partial(digest), { recursive: true, withFileTypes: true });
    for (const entry of inside) if (entry.isDirectory()) await syncDirectory(join(entry.parentPath, entry.name));
    await syncDirectory(this.partial(digest));
    await rename(this.partial(digest), this.directory(digest));
    await syncDirectory(this.root);
    await this.#forgetTransfer(digest);
  }

  /** Puts files that were fetched again in the place of damaged ones, each at once. */
  async replace(digest: string, paths: readonly string[]): Promise<void> {
    for (const path of paths) await rename(join(this.partial(digest), path), join(this.directory(digest), path));
    await rm(this.partial(digest), { recursive: true, force: true });
    await this.#forgetTransfer(digest);
  }

  /** Deletes everything of a model; from the first rename on it is gone, whatever happens. Files in place are not ours. */
  async erase(digest: string): Promise<void> {
    for (const path of [this.directory(digest), this.partial(digest)]) if (await exists(path)) await rename(path, `${path}${TRASH}`);
    await this.#forgetTransfer(digest);
    for (const kind of ['manifest', 'json']) await rm(join(this.root, `${digest}.${kind}`), { force: true });
    await syncDirectory(this.root);
    for (const path of [this.directory(digest), this.partial(digest)]) await rm(`${path}${TRASH}`, { recursive: true, force: true });
  }

  async #forgetTransfer(digest: string): Promise<void> {
    for (const kind of ['pieces', 'sources']) await rm(join(this.root, `${digest}.${kind}`), { force: true });
  }
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

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
