import { rm } from 'node:fs/promises';
import type { Hub } from '../hubs/index.js';
import { readModelFacts, type ManifestFile, type ModelFacts } from '../models/index.js';
import type { DownloadRow } from './downloads.store.js';
import type { ByteBudget } from './fetch/byte-budget.js';
import { ModelFetch } from './fetch/model-fetch.js';
import { publish, publishedFiles, type Origin } from './fetch/publish.js';
import { TransferMeter } from './transfer-meter.js';
import type { Transfer } from '../operations/index.js';

export interface RunPlace {
  readonly row: DownloadRow;
  readonly hub: Hub;
  /** Where the model is published; `<target>.partial` is the work directory. */
  readonly target: string;
  readonly connections: number;
  readonly budget: ByteBudget;
  readonly stallMs: number;
  readonly log: (line: string, error?: boolean) => void;
}

export interface Published {
  readonly files: ManifestFile[];
  readonly facts: ModelFacts;
}

export interface RunState {
  readonly phase: 'fetching' | 'checking' | 'inspecting' | 'publishing';
  readonly percent: number;
  readonly transfer: Transfer;
}

/** One run of a download, from what is on the disk to the published directory. */
export class DownloadRun {
  readonly #stop = new AbortController();
  readonly #fetch: ModelFetch;
  readonly #meter: TransferMeter;
  #last: 'inspecting' | 'publishing' | undefined;
  /** Set by the loop: settles when nothing of the run is left. */
  ended: Promise<void> = Promise.resolve();

  constructor(private readonly place: RunPlace) {
    const { row, hub, target, connections, budget, stallMs, log } = place;
    this.#fetch = new ModelFetch({ hub, repository: row.repository, revision: row.revision, files: row.files, directory: `${target}.partial`, connections, budget, stallMs, log });
    this.#meter = new TransferMeter(row.bytes);
  }

  get id(): string {
    return this.place.row.id;
  }

  get operationId(): string {
    return this.place.row.operationId;
  }

  get fetch(): ModelFetch {
    return this.#fetch;
  }

  get stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  state(now: number): RunState {
    const { bytesDone, bytesFetched, phase } = this.#fetch.state;
    const { bytes } = this.place.row;
    return { phase: this.#last ?? phase, percent: bytes === 0 ? 100 : (bytesDone / bytes) * 100, transfer: this.#meter.sample(now, bytesFetched, bytesDone) };
  }

  stop(): void {
    this.#stop.abort(new Error('the download was stopped'));
  }

  /** @throws what `ModelFetch.run` throws, and ModelFileError naming a broken file */
  async go(): Promise<Published> {
    const { row, target } = this.place;
    const origin: Origin = { hub: row.hub, repository: row.repository, revision: row.revision };
    const there = await publishedFiles(target, origin);
    if (there) return { files: there, facts: await readModelFacts(target, row.format, there) };
    const hashes = await this.#fetch.run(this.#stop.signal);
    this.#last = 'inspecting';
    const files = row.files.map(({ path, bytes }) => ({ path, bytes, sha256: hashes.get(path) ?? '' }));
    const facts = await readModelFacts(`${target}.partial`, row.format, files);
    this.#stop.signal.throwIfAborted();
    this.#last = 'publishing';
    // What lies at the target without being this model is the rest of something cut off.
    await rm(target, { recursive: true, force: true });
    await publish(`${target}.partial`, target, origin, files);
    return { files, facts };
  }
}
