import { Backoff, sleep, type RateLimit } from '@openstation/kit';
import { ModelFetchError, ModelSourceError, type PieceSource } from './model-source.js';
import type { PartialModel } from './partial-model.js';
import { chooseFromController, chooseFromNode, chooseSpare, type ChoiceView } from './piece-choice.js';
import { SwarmSource } from './swarm-source.js';
import { transferPiece } from './transfer-piece.js';

/** All transfers of one fetch. */
const TRANSFERS = 8;
const LOOK_AGAIN_MS = 250;
const SAVE_EVERY_MS = 2000;
/** How long a node's list of pieces is believed while it is still fetching itself. */
const LIST_EVERY_MS = 1000;
const WRONG_FILES_BEFORE_FAILURE = 3;
const WRONG_PIECES_BEFORE_FAILURE = 3;
const REFUSALS_BEFORE_FAILURE = 3;

export interface SwarmParts {
  readonly digest: string;
  readonly partial: PartialModel;
  readonly controller: PieceSource;
  readonly limit: RateLimit;
  readonly onProgress: (message: string) => void;
  readonly backoff?: () => Backoff;
  readonly now?: () => number;
}

/**
 * Brings the missing pieces of one model from every place that has them, and checks every file as it is on disk.
 * A source that fails is asked later, one that sent wrong bytes is not asked again; the controller is the last word.
 */
export class SwarmFetch {
  fromController = 0;
  fromNodes = 0;
  readonly #sources = new Map<string, SwarmSource>();
  readonly #coming = new Map<number, SwarmSource>();
  readonly #wrongPieces = new Map<number, number>();
  readonly #wrongFiles = new Map<string, number>();
  readonly #ended = Promise.withResolvers<never>();
  readonly #stop = new AbortController();
  readonly #work = new Set<Promise<void>>();
  #checking = false;
  #wake: () => void = () => undefined;

  constructor(private readonly parts: SwarmParts) {
    this.#ended.promise.catch(() => undefined); // told to run() while it runs
    this.#add('controller', parts.controller);
  }

  /** Pieces on their way from the controller: other nodes leave those to us. */
  get fetchingFromController(): number[] {
    return [...this.#coming].filter(([, source]) => source.isController).map(([piece]) => piece);
  }

  /** Bytes that are here or were received of pieces on their way. */
  bytesDone = 0;

  /** Nodes to ask, by id; those already known keep what was learnt about them. */
  offer(nodes: ReadonlyMap<string, () => PieceSource>): void {
    for (const [id, open] of nodes) if (!this.#sources.has(id)) this.#add(id, open());
    for (const [id, source] of this.#sources) {
      if (source.isController || nodes.has(id) || source.transfers > 0) continue;
      source.source.close();
      this.#sources.delete(id);
    }
    this.#wake();
  }

  /** Resolves when every file is there and right. @throws ModelFetchError; the signal's reason */
  async run(signal: AbortSignal): Promise<void> {
    const abort = (): void => this.#fail(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    const { partial } = this.parts;
    this.bytesDone = partial.bytesDone;
    let saved = this.#now();
    try {
      while (!this.#done()) {
        this.#look();
        await Promise.race([this.#ended.promise, this.#woken()]);
        if (this.#now() - saved < SAVE_EVERY_MS) continue;
        saved = this.#now();
        await Promise.race([this.#ended.promise, partial.save().catch((error: unknown) => this.#fail(diskError(error)))]);
      }
    } finally {
      signal.removeEventListener('abort', abort);
      this.#stop.abort(new Error('the fetch ended'));
      await Promise.allSettled(this.#work);
      for (const { source } of this.#sources.values()) source.close();
    }
  }

  #now(): number {
    return (this.parts.now ?? (() => performance.now()))();
  }

  #add(id: string, source: PieceSource): void {
    this.#sources.set(id, new SwarmSource(id, source, this.parts.partial.layout.pieces, this.parts.backoff ?? (() => new Backoff({ firstMs: 500, maxMs: 10_000 }))));
  }

  #done(): boolean {
    const { partial } = this.parts;
    return partial.layout.files.every((file) => partial.isChecked(file));
  }

  async #woken(): Promise<void> {
    const woken = new Promise<void>((resolve) => (this.#wake = resolve));
    const timer = new AbortController();
    await Promise.race([woken, sleep(LOOK_AGAIN_MS, timer.signal)]);
    timer.abort();
  }

  /** Starts everything that can be started now. */
  #look(): void {
    const now = this.#now();
    for (const source of this.#sources.values()) if (!source.isController && !source.have.full && !source.banned && now >= source.notBefore) this.#askForList(source, now);
    for (let started = true; started && this.#coming.size < TRANSFERS; ) {
      started = false;
      for (const source of this.#sources.values()) {
        if (this.#coming.size < TRANSFERS && source.free(now)) started = this.#start(source, now) || started;
      }
    }
    this.#checkNext();
  }

  #start(source: SwarmSource, now: number): boolean {
    const view = this.#view(now);
    let spare = false;
    let piece = source.isController ? chooseFromController(view) : chooseFromNode(view, source);
    if (piece === undefined && source.isController && now >= source.spareNotBefore) {
      piece = chooseSpare(view);
      spare = true;
    }
    if (piece === undefined) return false;
    this.#spawn(this.#transfer(source, piece, spare));
    return true;
  }

  #view(now: number): ChoiceView {
    const { layout, have } = this.parts.partial;
    return {
      have, coming: new Set(this.#coming.keys()), start: Math.random(),
      others: [...this.#sources.values()].filter((source) => source.alive(now)),
      judgeable: (piece) => layout.place(piece).sha256 !== undefined,
    };
  }

  async #transfer(source: SwarmSource, piece: number, spare: boolean): Promise<void> {
    const { partial, digest, limit } = this.parts;
    source.transfers += 1;
    this.#coming.set(piece, source);
    let received = 0;
    const onBytes = (bytes: number): void => {
      received += bytes;
      this.bytesDone += bytes;
    };
    try {
      const right = await transferPiece({ partial, piece, digest, spare, source: source.source, limit, onBytes, signal: this.#stop.signal });
      if (right) this.#arrived(source, piece, received);
      else this.#wrong(source, piece);
      if (right) received = 0;
    } catch (error) {
      this.#broke(source, piece, spare, error);
    } finally {
      this.bytesDone -= received;
      this.#coming.delete(piece);
      source.transfers -= 1;
      this.#wake();
    }
  }

  #arrived(source: SwarmSource, piece: number, bytes: number): void {
    this.parts.partial.add(piece);
    source.worked(bytes);
    if (source.isController) this.fromController += bytes;
    else this.fromNodes += bytes;
    this.parts.onProgress(this.#sourcesInWords());
  }

  /** The sender is known: a node is not asked again, the controller is asked once more. */
  #wrong(source: SwarmSource, piece: number): void {
    const { file } = this.parts.partial.layout.place(piece);
    this.parts.onProgress(`${source.source.name} sent wrong bytes of ${file.path}: fetched again`);
    if (!source.isController) source.banned = true;
    else this.#count(this.#wrongPieces, piece, WRONG_PIECES_BEFORE_FAILURE, `${file.path} arrived with wrong bytes from the controller ${WRONG_PIECES_BEFORE_FAILURE} times`);
  }

  #broke(source: SwarmSource, piece: number, spare: boolean, error: unknown): void {
    if (this.#stop.signal.aborted) return;
    if (!(error instanceof ModelSourceError)) return this.#fail(diskError(error));
    const now = this.#now();
    if (error.busy) return source.busy(now, piece, spare);
    source.failed(now);
    if (error.retryable) return this.parts.onProgress(error.message);
    source.refusals += 1;
    const others = [...this.#sources.values()].some((other) => other.alive(now));
    if (source.isController && source.refusals >= REFUSALS_BEFORE_FAILURE && !others) this.#fail(new ModelFetchError(error.message));
  }

  /** One file at a time is read back; transfers go on beside it. */
  #checkNext(): void {
    const { partial } = this.parts;
    const file = this.#checking ? undefined : partial.layout.files.find((candidate) => !partial.isChecked(candidate) && partial.isWhole(candidate));
    if (!file) return;
    this.#checking = true;
    const check = async (): Promise<void> => {
      try {
        if (await partial.check(file, this.#stop.signal)) return;
        this.bytesDone = partial.bytesDone;
        this.parts.onProgress(`${file.path} was wrong on disk: what is wrong of it is fetched again`);
        this.#count(this.#wrongFiles, file.path, WRONG_FILES_BEFORE_FAILURE, `${file.path} arrived with wrong bytes ${WRONG_FILES_BEFORE_FAILURE} times`);
      } catch (error) {
        if (!this.#stop.signal.aborted) this.#fail(diskError(error));
      } finally {
        this.#checking = false;
        this.#wake();
      }
    };
    this.#spawn(check());
  }

  #askForList(source: SwarmSource, now: number): void {
    if (source.askingForList || now - (source.listAskedAt ?? -Infinity) < LIST_EVERY_MS) return;
    source.listAskedAt = now;
    source.askingForList = true;
    const ask = async (): Promise<void> => {
      try {
        source.told(await source.source.pieces(this.parts.digest, this.#stop.signal), this.#now());
      } catch (error) {
        if (this.#stop.signal.aborted || !(error instanceof ModelSourceError)) return;
        source.failed(this.#now());
      } finally {
        source.askingForList = false;
        this.#wake();
      }
    };
    this.#spawn(ask());
  }

  #sourcesInWords(): string {
    const nodes = [...this.#sources.values()].filter((source) => !source.isController && source.gave > 0).length;
    const controller = this.fromController > 0;
    const fromNodes = nodes === 0 ? '' : nodes === 1 ? '1 node' : `${nodes} nodes`;
    return `from ${[controller ? 'the controller' : '', fromNodes].filter((part) => part !== '').join(' and ')}`;
  }

  #count<K>(counts: Map<K, number>, key: K, limit: number, message: string): void {
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count >= limit) this.#fail(new ModelFetchError(message));
  }

  #spawn(work: Promise<void>): void {
    this.#work.add(work);
    void work.finally(() => this.#work.delete(work));
  }

  #fail(error: Error): void {
    this.#ended.reject(error);
    this.#stop.abort(error);
  }
}

/** A full disk is a word for people and a reason of its own; anything else is a fault that is tried again. */
export function diskError(error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new ModelFetchError(`the disk of the model cache is full (${message}); what was fetched stays and the fetch goes on when there is space`, 'disk-full');
  return error as Error;
}
