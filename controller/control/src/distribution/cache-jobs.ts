import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import { LOGGER } from '../config/index.js';
import { ModelRepository, type ModelRow } from '../models/index.js';
import { NodeRepository } from '../nodes/index.js';
import { Operations, type OperationRow } from '../operations/index.js';
import { Store } from '../store/index.js';
import { CacheOrders, OrderError, orderable } from './cache-orders.js';
import { JobProgress } from './job-progress.js';
import { verifyLibrary } from './verify-library.js';

export const LIBRARY_STEP = 'library';

/** A node that says nothing for so long, connected or not, fails its step; the others go on. */
const SILENT_MS = 10 * 60_000;
const KIND_OF = { 'prefetch-model': 'fetch', 'verify-model': 'verify' } as const;

/**
 * Runs prefetches and verifications: one step per node, and one for the library. The row of the operation is all there is to
 * know, so that a controller that starts again goes on with the steps that are open.
 */
@Injectable()
export class CacheJobs implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(
    private readonly store: Store,
    private readonly operations: Operations,
    private readonly models: ModelRepository,
    private readonly nodes: NodeRepository,
    private readonly orders: CacheOrders,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    for (const kind of ['prefetch-model', 'verify-model'] as const) for (const { id } of await this.operations.unfinished(kind)) this.begin(id);
  }

  async onModuleDestroy(): Promise<void> {
    this.#stop.abort(new Error('the controller stops'));
    await Promise.all(this.#running);
  }

  begin(operationId: string): void {
    const work = this.#run(operationId).catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.logger.error({ err: error, operationId }, 'an operation on models of nodes failed');
    });
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  async #run(operationId: string): Promise<void> {
    const operation = [...(await this.operations.unfinished('prefetch-model')), ...(await this.operations.unfinished('verify-model'))].find(({ id }) => id === operationId);
    const model = operation && (await this.models.get(operation.subjectId));
    if (!operation) return;
    if (!model) return this.#finish(operationId, ['the model was deleted']);
    const open = operation.steps.filter(({ state }) => state === 'pending' || state === 'running');
    const progress = new JobProgress(operationId, this.operations, open.length * model.bytes);
    const failures = await Promise.all(open.map((step) => this.#step(operation, model, step.id, progress)));
    await progress.settled();
    if (this.#stop.signal.aborted) return;
    await this.#finish(operationId, failures.filter((failure) => failure !== undefined));
  }

  /** @returns what went wrong */
  async #step(operation: OperationRow, model: ModelRow, stepId: string, progress: JobProgress): Promise<string | undefined> {
    const name = stepId === LIBRARY_STEP ? 'the library' : ((await this.nodes.get(stepId))?.name ?? stepId);
    await this.operations.step(operation.id, stepId, 'running');
    try {
      const found = stepId === LIBRARY_STEP ? await this.#library(model, progress) : await this.#node(operation, model, stepId, progress);
      await this.operations.step(operation.id, stepId, 'succeeded', found);
      await this.operations.log(operation.id, `${name}: ${found === '' ? 'done' : found}`);
      return undefined;
    } catch (error) {
      if (this.#stop.signal.aborted) return undefined;
      if (!(error instanceof OrderError)) this.logger.error({ err: error, operationId: operation.id, stepId }, 'a step on models failed');
      const message = (error as Error).message;
      await this.operations.step(operation.id, stepId, 'failed', message);
      await this.operations.log(operation.id, `${name}: ${message}`, true);
      return `${name}: ${message}`;
    }
  }

  async #node(operation: OperationRow, model: ModelRow, nodeId: string, progress: JobProgress): Promise<string> {
    if (!(await this.nodes.get(nodeId))) throw new OrderError('the node was removed');
    const kind = KIND_OF[operation.kind as keyof typeof KIND_OF];
    const { damagedFiles } = await this.orders.run(
      { requestId: `${operation.id}:${nodeId}`, nodeId, kind, model: orderable(model), onProgress: ({ bytesDone, bytesTotal }) => progress.report(nodeId, bytesDone, bytesTotal) },
      SILENT_MS, this.#stop.signal,
    );
    progress.report(nodeId, model.bytes, model.bytes);
    return damagedFiles.length > 0 ? `fetched again, their bytes were wrong: ${damagedFiles.join(', ')}` : '';
  }

  async #library(model: ModelRow, progress: JobProgress): Promise<string> {
    if (model.inPlaceNodeId !== null) return 'the files lie on a node';
    const damaged = await verifyLibrary(this.models.rootOf(model), model.files, (done) => progress.report(LIBRARY_STEP, done, model.bytes), this.#stop.signal);
    if (damaged.length > 0) throw new OrderError(`the bytes are not what they should be: ${damaged.join(', ')}; import or download the model again`);
    await this.store.transaction((tx) => this.models.recordVerified(tx, model.id));
    return '';
  }

  async #finish(operationId: string, failures: readonly string[]): Promise<void> {
    await this.store.transaction((tx) => (failures.length === 0 ? this.operations.succeed(tx, operationId) : this.operations.fail(tx, operationId, failures.join('; '))));
  }
}
