import { sleep } from '@openstation/kit';
import { mkdir } from 'node:fs/promises';
import { HubError, type FileAnswer, type Wanted } from '../../hubs/index.js';
import { BLOCK_BYTES } from './block-map.js';
import { checkFile } from './check-file.js';
import { CorruptError, DiskError, NoSpaceError, asDiskError } from './fetch-error.js';
import type { FetchOptions, FetchState } from './fetch-options.js';
import { pour } from './pour.js';
import { loadProgress, saveProgress } from './progress-file.js';
import { TargetFile } from './target-file.js';
import { WriteBuffers } from './write-buffers.js';

interface Work {
  readonly target: TargetFile;
  readonly from: number;
  readonly to: number;
}

const MAX_TRIES = 5;
const MAX_DISCARDS = 3;
const MAX_RESTARTS = 3;
const FIRST_DELAY_MS = 200;
/** The map is never further behind than the first of these: what a kill costs. */
const SYNC_BYTES = 64 * 2 ** 20;
const SYNC_MS = 2_000;

/**
 * Fetches the files of one revision into a directory over some connections and hashes each from the disk when it is whole.
 * It continues what an earlier run left there. Connections take the next missing run of blocks of any file; a file whose
 * hub answers with the whole of it, or with another one than before, starts anew; a file with the wrong hash is thrown away
 * and fetched again, three times at most.
 */
export class ModelFetch {
  #targets: TargetFile[] = [];
  #bytesFetched = 0;
  readonly #buffers = new WriteBuffers();
  #fatal: Error | undefined;
  readonly #stop = new AbortController();
  #checking: Promise<void> = Promise.resolve();
  #syncing: Promise<void> | undefined;
  readonly #idle: (() => void)[] = [];

  constructor(private readonly options: FetchOptions) {}

  get state(): FetchState {
    const bytesDone = this.#targets.reduce((sum, { bytesDone: done }) => sum + done, 0);
    return { bytesDone, bytesFetched: this.#bytesFetched, phase: this.#targets.length > 0 && this.#targets.every(({ map }) => map.complete) ? 'checking' : 'fetching' };
  }

  get files(): readonly TargetFile[] {
    return this.#targets;
  }

  /**
   * @returns SHA-256 by path, when all files are on the disk and right
   * @throws HubError, CorruptError, NoSpaceError, DiskError; the signal's reason when it was stopped
   */
  async run(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const { directory, files, connections } = this.options;
    await mkdir(directory, { recursive: true, mode: 0o755 });
    const saved = await loadProgress(directory);
    this.#targets = files.map((file) => new TargetFile(directory, file, saved.get(file.path)));
    for (const target of this.#targets) await target.recover();
    const onStop = () => this.#abort(signal.reason as Error);
    if (signal.aborted) onStop();
    signal.addEventListener('abort', onStop, { once: true });
    const saver = setInterval(() => void this.#save(), SYNC_MS);
    try {
      for (const target of this.#targets) if (target.state !== 'done' && target.map.complete) this.#check(target);
      await Promise.all(Array.from({ length: connections }, () => this.#worker()));
      await this.#checking;
      if (this.#fatal) throw this.#fatal;
      return new Map(this.#targets.map(({ file, verified }) => [file.path, verified?.sha256 ?? '']));
    } finally {
      clearInterval(saver);
      signal.removeEventListener('abort', onStop);
      await this.#checking;
      await this.#syncing;
      if (!(this.#fatal instanceof DiskError)) await this.#save();
      for (const target of this.#targets) await target.close();
    }
  }

  /** One connection: takes work until there is none and will be none. */
  async #worker(): Promise<void> {
    for (;;) {
      if (this.#fatal) return;
      const work = this.#nextWork();
      if (work) await this.#do(work);
      else if (this.#targets.every(({ state }) => state === 'done')) return;
      else await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
  }

  #nextWork(): Work | undefined {
    for (const target of this.#targets) {
      if (target.state === 'done' || target.state === 'checking' || target.state === 'failed' || target.stop.signal.aborted) continue;
      if (target.noRanges) {
        if (target.inFlight > 0) continue;
        target.forget();
      }
      const run = target.noRanges ? target.map.takeAll() : target.map.take();
      if (run === undefined && target.file.bytes > 0) continue;
      target.state = 'fetching';
      target.inFlight += 1;
      return { target, from: run?.from ?? 0, to: run?.to ?? -1 };
    }
    return undefined;
  }

  async #do(work: Work): Promise<void> {
    const { target } = work;
    const before = this.#bytesFetched;
    try {
      if (target.file.bytes === 0) await target.touch();
      else await this.#fetch(work);
      target.failures = 0;
    } catch (error) {
      if (this.#bytesFetched > before) target.failures = 0;
      await this.#failed(target, error as Error);
    } finally {
      target.map.release(work, (block) => target.isWritten(block));
      target.inFlight -= 1;
      await this.#afterwards(target);
      this.#tell();
    }
  }

  async #fetch({ target, from, to }: Work): Promise<void> {
    const { hub, repository, revision, budget, stallMs } = this.options;
    const signal = AbortSignal.any([this.#stop.signal, target.stop.signal]);
    const first = from * BLOCK_BYTES;
    const last = Math.min(target.file.bytes, (to + 1) * BLOCK_BYTES) - 1;
    const wanted: Wanted = { repository, revision, path: target.file.path, bytes: target.file.bytes, from: first, to: last, etag: target.etag };
    const answer = await hub.open(wanted, signal);
    if (answer.kind === 'whole') return this.#restartWhole(target, answer);
    target.etag ??= answer.etag;
    // Two first answers may cross: the second must then agree with the first.
    if (answer.etag !== null && answer.etag !== target.etag) {
      answer.body.destroy();
      throw new HubError('changed', `${target.file.path} changed at the hub while it was fetched`);
    }
    let at = first;
    let arriving = 0;
    const arrive = (bytes: number): void => {
      arriving += bytes;
      target.arriving += bytes;
    };
    await pour({
      body: answer.body, expected: last - first + 1, buffers: this.#buffers, budget, stallMs, signal,
      onBytes: (bytes) => {
        this.#bytesFetched += bytes;
        arrive(bytes);
      },
      write: async (bytes) => {
        arrive(-(await target.write(bytes, at, first)));
        at += bytes.length;
        if (target.unsyncedBytes >= SYNC_BYTES) void this.#save();
      },
    }).finally(() => arrive(-arriving));
  }

  /** The hub sends no parts of this file: from now on one connection fetches all of it. */
  async #restartWhole(target: TargetFile, { body }: FileAnswer): Promise<void> {
    body.destroy();
    this.options.log(`${target.file.path}: the hub sends it only as a whole; it starts anew over one connection`);
    target.noRanges = true;
    this.#restart(target);
  }

  async #failed(target: TargetFile, error: Error): Promise<void> {
    if (this.#stop.signal.aborted || target.stop.signal.aborted) return;
    const { path } = target.file;
    if (error instanceof NoSpaceError) return this.#abort(error);
    if (error instanceof DiskError) return this.#restartOr(target, error);
    if (!(error instanceof HubError)) return this.#abort(error);
    if (error.kind === 'changed') return this.#restartOr(target, error);
    const again = error.kind === 'away' || error.kind === 'wrong-answer';
    target.failures += 1;
    if (!again || target.failures >= MAX_TRIES) return this.#abort(error);
    this.options.log(`${path}: ${error.message}; try ${target.failures + 1} of ${MAX_TRIES}`, true);
    await sleep(FIRST_DELAY_MS * 2 ** (target.failures - 1), AbortSignal.any([this.#stop.signal, target.stop.signal]));
  }

  #restartOr(target: TargetFile, error: Error): void {
    target.restarts += 1;
    if (target.restarts > MAX_RESTARTS) return this.#abort(error);
    this.options.log(`${target.file.path}: ${error.message}; the file starts anew`, true);
    this.#restart(target);
  }

  /** Ends what others do with this file; the last of them throws the bytes away. */
  #restart(target: TargetFile): void {
    target.stop.abort(new Error('the file starts anew'));
  }

  async #afterwards(target: TargetFile): Promise<void> {
    if (target.inFlight > 0 || this.#fatal) return;
    if (target.stop.signal.aborted) {
      await this.#syncing;
      await target.discard();
      target.stop = new AbortController();
      return;
    }
    try {
      await this.#syncIfWhole(target);
    } catch (error) {
      if (!(error instanceof DiskError)) return this.#abort(error as Error);
      this.#restartOr(target, error);
      await this.#afterwards(target);
    }
  }

  async #syncIfWhole(target: TargetFile): Promise<void> {
    const missing = target.file.bytes - target.map.doneBytes - target.unsyncedBytes;
    if (missing > 0 || target.state !== 'fetching') return;
    target.state = 'checking';
    await target.sync();
    if (target.map.complete) this.#check(target);
    else target.state = 'fetching';
  }

  /** Files are hashed one after another, beside the fetching of others. */
  #check(target: TargetFile): void {
    target.state = 'checking';
    this.#checking = this.#checking.then(() => this.#checkNow(target)).catch((error: unknown) => this.#abort(error as Error));
  }

  async #checkNow(target: TargetFile): Promise<void> {
    if (this.#fatal) return;
    const { hash, path } = target.file;
    const { stamp, found } = await checkFile(target.path, hash.kind, (done) => { target.checkedBytes = done; }, this.#stop.signal);
    if (found.hex === hash.hex && stamp.bytes === target.file.bytes) {
      await target.close();
      target.verified = stamp;
      target.state = 'done';
      this.options.log(`${path}: ${target.file.bytes} bytes, ${hash.kind} ${hash.hex} as promised`);
      await this.#save();
    } else {
      target.discards += 1;
      this.options.log(`${path}: the hub promises ${hash.kind} ${hash.hex}, what came is ${found.hex}; thrown away`, true);
      await target.discard();
      if (target.discards >= MAX_DISCARDS) {
        // A person who tries again has reasons: all tries are there anew.
        target.discards = 0;
        throw new CorruptError(path, `${hash.kind} ${hash.hex}`, found.hex);
      }
    }
    this.#tell();
  }

  /** Syncs what was written and saves the map; one at a time, and a call during one is part of it. */
  #save(): Promise<void> {
    this.#syncing ??= this.#saveNow().finally(() => { this.#syncing = undefined; });
    return this.#syncing;
  }

  async #saveNow(): Promise<void> {
    try {
      for (const target of this.#targets) {
        if (target.unsyncedBytes === 0 || target.stop.signal.aborted) continue;
        try {
          await target.sync();
        } catch (error) {
          if (!(error instanceof DiskError)) throw error;
          this.#restartOr(target, error);
        }
      }
      await saveProgress(this.options.directory, new Map(this.#targets.map((target) => [target.file.path, target.progress])));
    } catch (error) {
      this.#abort(asDiskError(error));
    }
  }

  #abort(reason: Error): void {
    this.#fatal ??= reason;
    if (!this.#stop.signal.aborted) this.#stop.abort(reason);
    this.#tell();
  }

  #tell(): void {
    for (const resume of this.#idle.splice(0)) resume();
  }
}
