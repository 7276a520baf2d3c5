import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import type { CacheProgress } from '@openstation/proto';
import { LOGGER } from '../config/index.js';
import { ModelRepository, type ModelRow } from '../models/index.js';
import { NodeRepository } from '../nodes/index.js';
import { Operations, type OperationRow } from '../operations/index.js';
import { Store } from '../store/index.js';
import { AwayNodes } from './away-nodes.js';
import { CacheOrders, OrderError, orderable } from './cache-orders.js';
import { JobProgress } from './job-progress.js';
import { verifyLibrary } from './verify-library.js';

export const LIBRARY_STEP = 'library';

/** A node that says nothing about its order for so long, connected or not, fails its step; the others go on. */
const SILENT_MS = 10 * 60_000;
const KIND_OF = { 'prefetch-model': 'fetch', 'verify-model': 'verify' } as const;

/** A person does not want it any more. */
class Cancelled extends Error {}

interface RunningJob {
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/**
 * Runs prefetches and verifications: one step per node, and one for the library. The row of the operation is all there is to
 * know, so that a controller that starts again goes on with the steps that are open.
 */
@Injectable()
export class CacheJobs implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #stop = new AbortController();
  readonly #running = new Map<string, RunningJob>();

  constructor(
    private readonly store: Store,
    private readonly operations: Operations,
    private readonly models: ModelRepository,
    private readonly nodes: NodeRepository,
    private readonly orders: CacheOrders,
    private readonly away: AwayNodes,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    for (const kind of ['prefetch-model', 'verify-model'] as const) for (const { id } of await this.operations.unfinished(kind)) this.begin(id);
  }

  async onModuleDestroy(): Promise<void> {
    this.#stop.abort(new Error('the controller stops'));
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  begin(operationId: string): void {
    const abort = new AbortController();
    const done = this.#run(operationId, AbortSignal.any([abort.signal, this.#stop.signal]))
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted) this.logger.error({ err: error, operationId }, 'an operation on models of nodes failed');
      })
      .finally(() => this.#running.delete(operationId));
    this.#running.set(operationId, { abort, done });
  }

  /** Ends it where it is: nodes keep what they have. Resolves when it is over. @returns false when it does not run */
  async cancel(operationId: string): Promise<boolean> {
    const job = this.#running.get(operationId);
    job?.abort.abort(new Cancelled('cancelled'));
    await job?.done;
    return job !== undefined;
  }

  async #run(operationId: string, signal: AbortSignal): Promise<void> {
    const operation = [...(await this.operations.unfinished('prefetch-model')), ...(await this.operations.unfinished('verify-model'))].find(({ id }) => id === operationId);
    const model = operation && (await this.models.get(operation.subjectId));
    if (!operation) return;
    if (!model) return this.#finish(operationId, ['the model was deleted']);
    const open = operation.steps.filter(({ state }) => state === 'pending' || state === 'running');
    const progress = new JobProgress(operationId, this.operations, open.length * model.bytes);
    const failures = await Promise.all(open.map((step) => this.#step(operation, model, step.id, progress, signal)));
    await progress.settled();
    if (this.#stop.signal.aborted) return;
    if (signal.aborted) return this.store.transaction((tx) => this.operations.cancel(tx, operationId));
    await this.#finish(operationId, failures.filter((failure) => failure !== undefined));
  }

  /** @returns what went wrong */
  async #step(operation: OperationRow, model: ModelRow, stepId: string, progress: JobProgress, signal: AbortSignal): Promise<string | undefined> {
    const name = stepId === LIBRARY_STEP ? 'the library' : ((await this.nodes.get(stepId))?.name ?? stepId);
    await this.operations.step(operation.id, stepId, 'running');
    try {
      const found = stepId === LIBRARY_STEP ? await this.#library(model, progress, signal) : await this.#node(operation, model, stepId, progress, signal);
      // A word on progress that is still being written must not come after the last word.
      await progress.settled();
      await this.operations.step(operation.id, stepId, 'succeeded', found);
      await this.operations.log(operation.id, `${name}: ${found === '' ? 'done' : found}`);
      return undefined;
    } catch (error) {
      if (this.#stop.signal.aborted) return undefined;
      await progress.settled();
      if (signal.aborted) {
        await this.operations.step(operation.id, stepId, 'skipped', 'cancelled');
        return undefined;
      }
      if (!(error instanceof OrderError)) this.logger.error({ err: error, operationId: operation.id, stepId }, 'a step on models failed');
      const message = (error as Error).message;
      await this.operations.step(operation.id, stepId, 'failed', message);
      await this.operations.log(operation.id, `${name}: ${message}`, true);
      return `${name}: ${message}`;
    }
  }

  async #node(operation: OperationRow, model: ModelRow, nodeId: string, progress: JobProgress, signal: AbortSignal): Promise<string> {
    if (!(await this.nodes.get(nodeId))) throw new OrderError('the node was removed');
    const kind = KIND_OF[operation.kind as keyof typeof KIND_OF];
    const order = { requestId: `${operation.id}:${nodeId}`, nodeId, kind, model: orderable(model), onProgress: ({ bytesDone, bytesTotal }: CacheProgress) => progress.report(nodeId, bytesDone, bytesTotal) };
    const { damagedFiles } = await this.away.unless(nodeId, signal, (present) => this.orders.run(order, SILENT_MS, present));
    progress.report(nodeId, model.bytes, model.bytes);
    return damagedFiles.length > 0 ? `fetched again, their bytes were wrong: ${damagedFiles.join(', ')}` : '';
  }

  async #library(model: ModelRow, progress: JobProgress, signal: AbortSignal): Promise<string> {
    if (model.inPlaceNodeId !== null) return 'the files lie on a node';
    const damaged = await verifyLibrary(this.models.rootOf(model), model.files, (done) => progress.report(LIBRARY_STEP, done, model.bytes), signal);
    if (damaged.length > 0) throw new OrderError(`the bytes are not what they should be: ${damaged.join(', ')}; import or download the model again`);
    await this.store.transaction((tx) => this.models.recordVerified(tx, model.id));
    return '';
  }

  async #finish(operationId: string, failures: readonly string[]): Promise<void> {
    await this.store.transaction((tx) => (failures.length === 0 ? this.operations.succeed(tx, operationId) : this.operations.fail(tx, operationId, failures.join('; '))));
  }
}
