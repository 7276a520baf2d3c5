import { Controller } from '@nestjs/common';
import { Audit, type Actor } from '../audit/index.js';
import { ApiError, Caller, Endpoint, Input, type CallerIdentity, type InputOf } from '../http/index.js';
import { ModelRepository, type ModelRow } from '../models/index.js';
import { NodeRepository } from '../nodes/index.js';
import { Operations, type OperationKind, type OperationView } from '../operations/index.js';
import { Store, newId } from '../store/index.js';
import { CacheJobs, LIBRARY_STEP } from './cache-jobs.js';
import { CacheOrders, OrderError, orderable } from './cache-orders.js';
import { routes } from './distribution.schema.js';
import { HolderViews, type HolderView } from './holder-views.js';
import { AgentLine } from './agent-line.js';

const EVICT_MS = 30_000;
const CANCELLABLE: readonly OperationKind[] = ['prefetch-model', 'verify-model'];

@Controller()
export class DistributionController {
  constructor(
    private readonly store: Store,
    private readonly models: ModelRepository,
    private readonly nodes: NodeRepository,
    private readonly operations: Operations,
    private readonly audit: Audit,
    private readonly orders: CacheOrders,
    private readonly jobs: CacheJobs,
    private readonly holderViews: HolderViews,
    private readonly line: AgentLine,
  ) {}

  @Endpoint(routes.modelHolders)
  async modelHolders(@Input() { params }: InputOf<typeof routes.modelHolders>): Promise<HolderView[]> {
    return this.holderViews.of(await this.#existing(params.id));
  }

  @Endpoint(routes.prefetchModel)
  async prefetchModel(@Input() { params, body }: InputOf<typeof routes.prefetchModel>, @Caller() caller: CallerIdentity): Promise<OperationView> {
    const model = await this.#ready(params.id);
    const nodeIds = await this.#knownNodes(body.nodeIds);
    return this.#start(model, 'prefetch-model', `Bring ${model.name} to ${nodeIds.length} ${nodeIds.length === 1 ? 'node' : 'nodes'}`, nodeIds, 'model.prefetch', caller);
  }

  @Endpoint(routes.verifyModel)
  async verifyModel(@Input() { params, body }: InputOf<typeof routes.verifyModel>, @Caller() caller: CallerIdentity): Promise<OperationView> {
    const model = await this.#ready(params.id);
    const steps = [...(body.library ? [LIBRARY_STEP] : []), ...(await this.#knownNodes(body.nodeIds))];
    if (steps.length === 0) throw new ApiError('bad-request', 'nodeIds: name a node, or set library', { field: 'nodeIds' });
    return this.#start(model, 'verify-model', `Verify ${model.name}`, steps, 'model.verify', caller);
  }

  @Endpoint(routes.evictModel)
  async evictModel(@Input() { params }: InputOf<typeof routes.evictModel>, @Caller() caller: CallerIdentity): Promise<HolderView> {
    const model = await this.#ready(params.id);
    const holder = (await this.holderViews.of(model)).find(({ nodeId }) => nodeId === params.nodeId);
    if (!holder) throw new ApiError('not-found', 'this node does not have the model');
    if (!this.line.talk.isConnected(params.nodeId)) throw new ApiError('unavailable', `${holder.nodeName} is not connected right now`, { retryAfterSeconds: 5 });
    try {
      await this.orders.run({ requestId: newId(), nodeId: params.nodeId, kind: 'evict', model: orderable(model) }, EVICT_MS, AbortSignal.timeout(EVICT_MS));
    } catch (error) {
      if (error instanceof OrderError) throw new ApiError('in-use', `${holder.nodeName}: ${error.message}`);
      if ((error as Error).name === 'TimeoutError') throw new ApiError('unavailable', `${holder.nodeName} did not answer within ${EVICT_MS / 1000} s`);
      throw error;
    }
    await this.store.transaction((tx) => this.audit.record(tx, caller, 'model.evict', { type: 'model', id: model.id, name: model.name }, { node: holder.nodeName }));
    return { ...holder, bytes: 0, state: 'partial', bytesPerSecond: null };
  }

  @Endpoint(routes.cancelModelJob)
  async cancelModelJob(@Input() { params }: InputOf<typeof routes.cancelModelJob>, @Caller() caller: CallerIdentity): Promise<OperationView> {
    const operation = await this.operations.get(params.id);
    if (!operation) throw new ApiError('not-found', 'no operation has this id');
    if (!CANCELLABLE.includes(operation.kind)) throw new ApiError('conflict', `an operation of the kind ${operation.kind} is not cancelled here`);
    if (!(await this.jobs.cancel(params.id))) throw new ApiError('conflict', 'the operation is over');
    await this.store.transaction((tx) => this.audit.record(tx, caller, 'model.job.cancel', { type: 'model', id: operation.subjectId, name: operation.title }, {}));
    return (await this.operations.get(params.id)) ?? operation;
  }

  async #start(model: ModelRow, kind: OperationKind, title: string, steps: readonly string[], verb: string, actor: Actor): Promise<OperationView> {
    const id = await this.store.transaction(async (tx) => {
      const operation = await this.operations.start(tx, { kind, subjectId: model.id, title, startedBy: actor.username, steps, can: ['cancel'] });
      await this.audit.record(tx, actor, verb, { type: 'model', id: model.id, name: model.name }, { steps });
      return operation;
    });
    this.jobs.begin(id);
    const view = await this.operations.get(id);
    if (!view) throw new Error(`operation ${id} vanished`);
    return view;
  }

  async #knownNodes(nodeIds: readonly string[]): Promise<string[]> {
    const known = new Set((await this.nodes.states()).map(({ id }) => id));
    for (const id of nodeIds) if (!known.has(id)) throw new ApiError('bad-request', `nodeIds: no node has the id ${id}`, { field: 'nodeIds' });
    return [...new Set(nodeIds)];
  }

  async #ready(id: string): Promise<ModelRow> {
    const model = await this.#existing(id);
    if (model.state !== 'ready') throw new ApiError('conflict', `${model.name} is not ready`);
    return model;
  }

  async #existing(id: string): Promise<ModelRow> {
    const model = await this.models.get(id);
    if (!model) throw new ApiError('not-found', 'no model has this id');
    return model;
  }
}
