import { Backoff, type RateLimit } from '@openstation/kit';
import type { CachedModel, ModelReference } from '@openstation/proto';
import { CacheDisk, type CacheEntry } from './cache-disk.js';
import { CacheRefusal } from './cache-refusal.js';
import { changedFile, registerInPlace, type Registration, type RegistrationWish } from './in-place.js';
import { cacheName } from './manifest-check.js';
import { ModelFetch, type FetchProgress, type SourceOpener } from './model-fetch.js';
import { ModelFetchError, type ModelDirectory } from './model-source.js';
import { PieceLayout } from './piece-layout.js';
import { sharedOf, type SharedModel } from './shared-model.js';
import { verifyFiles } from './verify-files.js';

export type OnModelProgress = (progress: FetchProgress) => void;

interface SharedFetch {
  readonly fetch: ModelFetch;
  readonly done: Promise<void>;
  readonly listeners: Set<OnModelProgress>;
  readonly abort: AbortController;
}

export interface ModelCacheParts {
  readonly root: string;
  readonly directory: ModelDirectory;
  readonly open: SourceOpener;
  /** Of all bytes that come in for models. */
  readonly limit: RateLimit;
  /** The service that uses a model on this node right now or is about to; undefined: nobody. */
  readonly usedBy: (digest: string) => string | undefined;
  readonly now: () => number;
  readonly backoff?: () => Backoff;
}

/** Models on this node: brought once however many ask, checked, kept, shared with other nodes, deleted on order. */
export class ModelCache {
  readonly #fetches = new Map<string, SharedFetch>();
  readonly #layouts = new Map<string, PieceLayout>();
  readonly #erasing = new Map<string, Promise<void>>();

  private constructor(private readonly parts: ModelCacheParts, private readonly disk: CacheDisk, private readonly entries: Map<string, CacheEntry>, private readonly complete: Set<string>) {}

  static async open(parts: ModelCacheParts): Promise<ModelCache> {
    const disk = new CacheDisk(parts.root);
    const entries = await disk.open();
    const complete = new Set<string>();
    for (const [digest, entry] of entries) if (entry.inPlace || (await disk.isComplete(digest))) complete.add(digest);
    return new ModelCache(parts, disk, entries, complete);
  }

  get limit(): RateLimit {
    return this.parts.limit;
  }

  /**
   * The directory of the model, brought or mended if need be; one fetch however many wait, ended when the last leaves.
   * @throws ModelFetchError when it cannot be had; the signal's reason when aborted
   */
  async ensure(reference: ModelReference, onProgress: OnModelProgress, signal: AbortSignal): Promise<string> {
    const digest = cacheName(reference.manifestDigest);
    for (;;) {
      signal.throwIfAborted();
      await this.#erasing.get(digest);
      const entry = this.entries.get(digest);
      if (entry?.inPlace) return this.#inPlaceRoot(entry.inPlace, reference.name);
      if (this.complete.has(digest) && !entry?.damaged?.length && (await this.disk.isComplete(digest))) return this.disk.directory(digest);
      await this.#join(digest, reference, onProgress, signal);
    }
  }

  /**
   * Deletes a model here. @throws CacheRefusal while an instance uses it or waits for it
   */
  async evict(manifestDigest: string): Promise<void> {
    const digest = cacheName(manifestDigest);
    const user = this.parts.usedBy(digest);
    if (user !== undefined) throw new CacheRefusal(`${user} uses the model on this node: stop the service here first`);
    const erasing = this.#erase(digest).finally(() => this.#erasing.delete(digest));
    this.#erasing.set(digest, erasing);
    await erasing;
  }

  /**
   * Reads every byte again. @returns paths whose bytes are not what the manifest says; they are remembered until mended
   * @throws CacheRefusal when the model is not here as a whole
   */
  async verify(manifestDigest: string, onBytes: (done: number, total: number) => void, signal: AbortSignal): Promise<string[]> {
    const digest = cacheName(manifestDigest);
    const entry = this.entries.get(digest);
    const layout = await this.#layout(digest);
    if (!entry || !layout || !this.complete.has(digest)) throw new CacheRefusal('this node does not have the whole model');
    const root = entry.inPlace?.root ?? this.disk.directory(digest);
    const damaged = await verifyFiles(root, layout, (done) => onBytes(done, layout.bytes), signal);
    await this.#putEntry(digest, { ...entry, damaged, verifiedAtMs: this.parts.now() });
    return damaged;
  }

  /** Hashes what lies at a path of this node and keeps it as a model, where it is. @throws CacheRefusal */
  async register(wish: RegistrationWish): Promise<Registration> {
    const registration = await registerInPlace(wish);
    const { digest, entry, manifest } = registration;
    if (this.complete.has(digest) && !this.entries.get(digest)?.inPlace) throw new CacheRefusal('this node has the same model in its cache already');
    await this.disk.putManifest(digest, manifest);
    await this.#putEntry(digest, { ...entry, verifiedAtMs: this.parts.now() });
    this.#layouts.delete(digest);
    this.complete.add(digest);
    return registration;
  }

  /** What other nodes may read of a model here. */
  async share(digest: string): Promise<SharedModel | undefined> {
    const layout = await this.#layout(digest);
    const entry = this.entries.get(digest);
    if (!layout || !entry || this.#erasing.has(digest)) return undefined;
    if (entry.inPlace && (await changedFile(entry.inPlace)) !== undefined) return undefined;
    return sharedOf(this.disk, digest, entry, layout, this.complete.has(digest), this.#fetches.get(digest)?.fetch);
  }

  list(): CachedModel[] {
    return [...this.entries].map(([digest, entry]) => {
      const swarm = this.#fetches.get(digest)?.fetch.swarm;
      const complete = this.complete.has(digest);
      return {
        modelId: entry.modelId, manifestDigest: digest, bytes: complete ? entry.bytes : (swarm?.bytesDone ?? 0), complete, fetching: this.#fetches.has(digest),
        fromControllerBytes: swarm?.fromController ?? entry.fromControllerBytes ?? 0, fromNodesBytes: swarm?.fromNodes ?? entry.fromNodesBytes ?? 0,
        inPlace: entry.inPlace !== undefined, verifiedAtMs: entry.verifiedAtMs ?? 0, damaged: (entry.damaged?.length ?? 0) > 0,
      };
    });
  }

  async #join(digest: string, reference: ModelReference, onProgress: OnModelProgress, signal: AbortSignal): Promise<void> {
    await this.#ending(digest);
    const shared = this.#fetches.get(digest) ?? this.#begin(digest, reference);
    shared.listeners.add(onProgress);
    const left = Promise.withResolvers<never>();
    const leave = (): void => left.reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    try {
      await Promise.race([shared.done, left.promise]);
    } finally {
      signal.removeEventListener('abort', leave);
      shared.listeners.delete(onProgress);
      if (shared.listeners.size === 0) shared.abort.abort(new Error('nobody waits for the model any more'));
    }
  }

  /** A fetch that everybody left is let end before the next one touches the same files. */
  async #ending(digest: string): Promise<void> {
    for (let shared = this.#fetches.get(digest); shared?.abort.signal.aborted; shared = this.#fetches.get(digest)) await shared.done.catch(() => undefined); // its end is all that matters
  }

  #begin(digest: string, reference: ModelReference): SharedFetch {
    const listeners = new Set<OnModelProgress>();
    const abort = new AbortController();
    const { directory, open, limit, backoff = () => new Backoff({ firstMs: 500, maxMs: 10_000 }) } = this.parts;
    const entry = this.entries.get(digest);
    const mend = this.complete.has(digest) && entry?.damaged?.length ? { mend: entry.damaged } : {};
    const tell: OnModelProgress = (progress) => {
      for (const listener of listeners) listener(progress);
    };
    const fetch = new ModelFetch({ reference, disk: this.disk, directory, open, limit, backoff, tell, ...mend });
    const done = this.#run(digest, fetch, reference, abort.signal).finally(() => this.#fetches.delete(digest));
    done.catch(() => undefined); // whoever still waits gets it; nobody may be left to
    const shared = { fetch, done, listeners, abort };
    this.#fetches.set(digest, shared);
    return shared;
  }

  async #run(digest: string, fetch: ModelFetch, reference: ModelReference, signal: AbortSignal): Promise<void> {
    const { modelId, name } = reference;
    await fetch.run(signal, async (bytes) => {
      this.#layouts.delete(digest);
      const known = this.entries.get(digest);
      await this.#putEntry(digest, { ...known, modelId, name, bytes });
    });
    const known = this.entries.get(digest);
    await this.#putEntry(digest, { ...(known ?? { modelId, name, bytes: reference.totalBytes }), damaged: [], verifiedAtMs: this.parts.now(), fromControllerBytes: fetch.swarm?.fromController ?? 0, fromNodesBytes: fetch.swarm?.fromNodes ?? 0 });
    this.complete.add(digest);
  }

  async #erase(digest: string): Promise<void> {
    const shared = this.#fetches.get(digest);
    shared?.abort.abort(new ModelFetchError('the model was deleted from this node'));
    await shared?.done.catch(() => undefined); // its end is all that matters
    this.complete.delete(digest);
    this.entries.delete(digest);
    this.#layouts.delete(digest);
    await this.disk.erase(digest);
  }

  async #inPlaceRoot(inPlace: NonNullable<CacheEntry['inPlace']>, name: string): Promise<string> {
    const changed = await changedFile(inPlace);
    if (changed !== undefined) throw new ModelFetchError(`${changed} of the model ${name} is not what was registered any more: verify the model, or register it again`);
    return inPlace.root;
  }

  /** Of models here, whole or on their way: the layout of the fetch, so that learnt digests count. */
  async #layout(digest: string): Promise<PieceLayout | undefined> {
    const layout = this.#fetches.get(digest)?.fetch.layout ?? this.#layouts.get(digest);
    if (layout || !this.entries.has(digest)) return layout;
    const manifest = await this.disk.manifest(digest);
    if (manifest) this.#layouts.set(digest, new PieceLayout(manifest));
    return this.#layouts.get(digest);
  }

  async #putEntry(digest: string, entry: CacheEntry): Promise<void> {
    await this.disk.putEntry(digest, entry);
    this.entries.set(digest, entry);
  }
}
