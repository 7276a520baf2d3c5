import { copyFile, mkdir, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Backoff, sleep, type RateLimit } from '@openstation/kit';
import type { ModelManifest, ModelReference, ModelSources } from '@openstation/proto';
import type { CacheDisk } from './cache-disk.js';
import { cacheName, checkManifest } from './manifest-check.js';
import { ModelFetchError, ModelSourceError, type ModelDirectory, type PieceSource } from './model-source.js';
import { PartialModel } from './partial-model.js';
import { PieceLayout } from './piece-layout.js';
import { SwarmFetch, diskError } from './swarm-fetch.js';

/** Room that stays free beside the model's own bytes. */
const SPARE_BYTES = 256 * 1024 * 1024;
const REFUSALS_BEFORE_FAILURE = 3;
/** Soon after the start, when others may have begun too, and then from time to time. */
const SOURCES_AGAIN_MS = [1000, 2000, 3000, 5000, 10_000];

export interface FetchProgress {
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly message: string;
}

/** Opens ways to the places that models come from. */
export interface SourceOpener {
  controller(): PieceSource;
  node(nodeId: string, address: string, grant: () => string): PieceSource;
}

export interface ModelFetchParts {
  readonly reference: ModelReference;
  readonly disk: CacheDisk;
  readonly directory: ModelDirectory;
  readonly open: SourceOpener;
  readonly limit: RateLimit;
  readonly tell: (progress: FetchProgress) => void;
  readonly backoff: () => Backoff;
  /** Files of a complete model that are fetched again; undefined: the whole model. */
  readonly mend?: readonly string[];
}

/** Brings one model, or the damaged files of one, to this node; goes on where an earlier process was stopped. */
export class ModelFetch {
  readonly digest: string;
  partial: PartialModel | undefined;
  swarm: SwarmFetch | undefined;
  layout: PieceLayout | undefined;
  #message = '';
  #grant = '';

  constructor(private readonly parts: ModelFetchParts) {
    this.digest = cacheName(parts.reference.manifestDigest);
  }

  get bytesDone(): number {
    return this.swarm?.bytesDone ?? 0;
  }

  /** @throws ModelFetchError; the signal's reason */
  async run(signal: AbortSignal, onEntry: (totalBytes: number) => Promise<void>): Promise<void> {
    const { reference, disk, mend } = this.parts;
    const manifest = await this.#manifest(signal);
    checkManifest(manifest, reference);
    const layout = new PieceLayout(manifest);
    try {
      await disk.putManifest(this.digest, manifest);
      await onEntry(layout.bytes);
      if (mend) await this.#copyForMending(layout, mend);
      const partial = await PartialModel.open(disk.partial(this.digest), disk.pieces(this.digest), layout, signal);
      for (const file of layout.files) if (mend && !mend.includes(file.path)) partial.assume(file);
      [this.layout, this.partial] = [layout, partial];
      try {
        await this.#requireSpace(partial);
        await this.#bring(partial, signal);
      } finally {
        await partial.close();
      }
      if (mend) await disk.replace(this.digest, mend);
      else await disk.publish(this.digest);
    } catch (error) {
      throw diskError(error);
    }
  }

  async #bring(partial: PartialModel, signal: AbortSignal): Promise<void> {
    const { open, limit, backoff } = this.parts;
    const swarm = new SwarmFetch({ digest: this.digest, partial, controller: open.controller(), limit, backoff, onProgress: (message) => this.#tell(message) });
    this.swarm = swarm;
    const over = new AbortController();
    const keepingSources = this.#keepSources(swarm, AbortSignal.any([signal, over.signal]));
    const telling = setInterval(() => this.#tell(this.#message), 1000);
    try {
      await swarm.run(signal);
    } finally {
      clearInterval(telling);
      over.abort();
      await keepingSources;
    }
  }

  /** Whom to ask is kept on disk: a fetch goes on from other nodes while the controller is away, also in a new process. */
  async #keepSources(swarm: SwarmFetch, signal: AbortSignal): Promise<void> {
    const { directory, disk, reference } = this.parts;
    const kept = await disk.sources<ModelSources>(this.digest).catch(() => undefined); // damaged: the controller tells again
    if (kept) this.#offer(swarm, kept);
    for (let round = 0; !signal.aborted; round += 1) {
      try {
        const sources = await directory.sources(reference.modelId);
        this.#offer(swarm, sources);
        await disk.putSources(this.digest, sources);
        if (this.layout?.judgeable === false) this.layout.learn(await directory.manifest(reference.modelId));
      } catch (error) {
        if (!(error instanceof ModelSourceError) && !signal.aborted) this.#tell((error as Error).message);
      }
      await sleep(SOURCES_AGAIN_MS[Math.min(round, SOURCES_AGAIN_MS.length - 1)] ?? 0, signal);
    }
  }

  #offer(swarm: SwarmFetch, { sources, grant }: ModelSources): void {
    this.#grant = grant;
    swarm.offer(new Map(sources.map(({ nodeId, address }) => [`${nodeId} ${address}`, () => this.parts.open.node(nodeId, address, () => this.#grant)])));
  }

  /** The controller may be away for hours; only its refusal ends the wait. */
  async #manifest(signal: AbortSignal): Promise<ModelManifest> {
    const { disk, directory, reference, backoff } = this.parts;
    const known = await disk.manifest(this.digest).catch(() => undefined); // damaged: the controller tells again
    if (known) return known;
    const pause = backoff();
    for (let refusals = 0; ; ) {
      signal.throwIfAborted();
      try {
        return await directory.manifest(reference.modelId);
      } catch (error) {
        if (!(error instanceof ModelSourceError)) throw error;
        if (!error.retryable && ++refusals === REFUSALS_BEFORE_FAILURE) throw new ModelFetchError(error.message);
        this.#tell(error.message);
      }
      await sleep(pause.next(), signal);
    }
  }

  async #copyForMending(layout: PieceLayout, paths: readonly string[]): Promise<void> {
    const { disk } = this.parts;
    for (const { path } of layout.files.filter((file) => paths.includes(file.path))) {
      const target = join(disk.partial(this.digest), path);
      await mkdir(dirname(target), { recursive: true, mode: 0o755 });
      await copyFile(join(disk.directory(this.digest), path), target).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; // gone altogether: all of it is fetched
      });
    }
  }

  async #requireSpace(partial: PartialModel): Promise<void> {
    const { disk, reference } = this.parts;
    const { bavail, bsize } = await statfs(partial.directory);
    const missing = partial.layout.bytes - partial.bytesDone;
    if (missing === 0 || bavail * bsize >= missing + SPARE_BYTES) return;
    const free = `${megabytes(missing + SPARE_BYTES)} must be free in ${disk.root} (${megabytes(missing)} of the model ${reference.name} and ${megabytes(SPARE_BYTES)} to spare), ${megabytes(bavail * bsize)} are`;
    throw new ModelFetchError(`${free}: free space there, what was fetched stays`, 'disk-full');
  }

  #tell(message: string): void {
    this.#message = message;
    const { layout, parts } = this;
    parts.tell({ bytesDone: this.bytesDone, bytesTotal: layout?.bytes ?? parts.reference.totalBytes, message });
  }
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MiB`;
}
