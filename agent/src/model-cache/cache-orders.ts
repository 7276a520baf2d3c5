import { CacheOrder_Kind, type CacheOrder, type CacheProgress, type ModelReference, type PathQuery, type PathReport } from '@openstation/proto';
import type { Logger } from '@openstation/kit';
import { CacheRefusal } from './cache-refusal.js';
import { inspectPath } from './in-place.js';
import type { ModelCache } from './model-cache.js';

/** Sends a word to the controller if there is one; nothing is kept for later, the controller asks again. */
export type TellController = (body: { $case: 'cache'; value: CacheProgress } | { $case: 'pathReport'; value: PathReport }) => void;

const PROGRESS_EVERY_MS = 1000;
/** Answers that a controller which lost its session may ask for once more. */
const KEPT_ANSWERS = 64;

/**
 * Does what the controller orders about models, one run per order however often it is told. An order goes on when the
 * session ends: the controller tells it again in the next one and gets the answer there.
 */
export class CacheOrders {
  readonly #running = new Map<string, AbortController>();
  readonly #answers = new Map<string, CacheProgress>();

  constructor(private readonly cache: ModelCache, private readonly modelRoots: readonly string[], private readonly tell: TellController, private readonly log: Logger) {}

  accept(order: CacheOrder): void {
    const { requestId, kind } = order;
    if (kind === CacheOrder_Kind.CANCEL) return this.#running.get(requestId)?.abort(new CacheRefusal('cancelled'));
    const answer = this.#answers.get(requestId);
    if (answer) return this.tell({ $case: 'cache', value: answer });
    if (!this.#running.has(requestId)) void this.#run(order);
  }

  /** Looks at a path, or registers what lies there. Always answers. */
  async query({ requestId, path, register, files: wanted }: PathQuery): Promise<void> {
    const empty: PathReport = { requestId, files: [], heads: {}, freeBytes: 0, bytesDone: 0, finished: false, error: '' };
    try {
      const content = register ? await this.#register(requestId, path, register, wanted, empty) : { ...(await inspectPath(path, this.modelRoots)), hashed: undefined };
      const files = content.hashed ?? content.files.map((file) => ({ ...file, sha256: '', pieceSha256: Buffer.alloc(0) }));
      this.tell({ $case: 'pathReport', value: { ...empty, files: [...files], heads: Object.fromEntries(content.heads), freeBytes: content.freeBytes, finished: true } });
    } catch (error) {
      this.#logUnless(error, CacheRefusal, 'a path could not be looked at');
      this.tell({ $case: 'pathReport', value: { ...empty, finished: true, error: (error as Error).message } });
    } finally {
      this.#running.delete(requestId);
    }
  }

  async #register(requestId: string, path: string, reference: ModelReference, wanted: readonly string[], empty: PathReport) {
    const abort = new AbortController();
    this.#running.set(requestId, abort);
    const onBytes = paced((bytesDone: number) => this.tell({ $case: 'pathReport', value: { ...empty, bytesDone } }));
    const { content, manifest } = await this.cache.register({ path, modelRoots: this.modelRoots, reference, wanted, onBytes, signal: abort.signal });
    return { ...content, hashed: manifest.files };
  }

  async #run(order: CacheOrder): Promise<void> {
    const { requestId, model } = order;
    const abort = new AbortController();
    this.#running.set(requestId, abort);
    const progress: CacheProgress = { requestId, manifestDigest: model?.manifestDigest ?? '', bytesDone: 0, bytesTotal: model?.totalBytes ?? 0, finished: false, error: '', damagedFiles: [] };
    const say = paced((bytesDone: number, bytesTotal: number) => {
      Object.assign(progress, { bytesDone, bytesTotal });
      this.tell({ $case: 'cache', value: { ...progress } });
    });
    try {
      if (!model) throw new CacheRefusal('the order names no model');
      progress.damagedFiles = await this.#do(order, model, say, abort.signal);
    } catch (error) {
      this.#logUnless(error, CacheRefusal, 'an order about a model failed');
      progress.error = (error as Error).message || 'failed';
    }
    const answer = { ...progress, finished: true, ...(progress.error === '' ? { bytesDone: progress.bytesTotal } : {}) };
    this.#running.delete(requestId);
    this.#keep(answer);
    this.tell({ $case: 'cache', value: answer });
  }

  /** @returns paths that a verify found damaged */
  async #do({ kind, mend }: CacheOrder, model: ModelReference, say: (done: number, total: number) => void, signal: AbortSignal): Promise<string[]> {
    switch (kind) {
      case CacheOrder_Kind.FETCH:
        await this.cache.ensure(model, ({ bytesDone, bytesTotal }) => say(bytesDone, bytesTotal), signal);
        return [];
      case CacheOrder_Kind.EVICT:
        await this.cache.evict(model.manifestDigest);
        return [];
      case CacheOrder_Kind.VERIFY: {
        const damaged = await this.cache.verify(model.manifestDigest, say, signal);
        if (mend && damaged.length > 0) await this.cache.ensure(model, () => undefined, signal);
        return damaged;
      }
      default:
        throw new CacheRefusal('this agent does not know the order: update it');
    }
  }

  #keep(answer: CacheProgress): void {
    this.#answers.set(answer.requestId, answer);
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= KEPT_ANSWERS) break;
      this.#answers.delete(oldest);
    }
  }

  #logUnless(error: unknown, expected: new () => Error, message: string): void {
    if (!(error instanceof expected)) this.log.warn({ reason: (error as Error).message }, message);
  }
}

/** Calls at most once in a while; the newest call wins by coming later. */
function paced<A extends unknown[]>(act: (...args: A) => void): (...args: A) => void {
  let last = -Infinity;
  return (...args) => {
    if (performance.now() - last < PROGRESS_EVERY_MS) return;
    last = performance.now();
    act(...args);
  };
}
