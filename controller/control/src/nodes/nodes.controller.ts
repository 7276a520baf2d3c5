import { Controller } from '@nestjs/common';
import type { z } from 'zod';
import { Audit } from '../audit/index.js';
import { ChangeFeed } from '../events/index.js';
import { ApiError, Caller, Endpoint, Input, type CallerIdentity, type InputOf } from '../http/index.js';
import { Operations, type OperationView } from '../operations/index.js';
import { Store, isUniqueViolation } from '../store/index.js';
import { NodeCards } from './node-cards.js';
import { NodeDepartures } from './node-departures.js';
import { NodeUses } from './node-uses.js';
import { NodeViews, type NodeView } from './node-view.js';
import { NodeRepository } from './node.repository.js';
import { removalPreviewSchema, routes } from './nodes.schema.js';
import type { NodeRow } from './nodes.store.js';

type NodeOperation = { node: NodeView; operation: OperationView };

@Controller()
export class NodesController {
  constructor(
    private readonly store: Store,
    private readonly nodes: NodeRepository,
    private readonly nodeViews: NodeViews,
    private readonly departures: NodeDepartures,
    private readonly cards: NodeCards,
    private readonly uses: NodeUses,
    private readonly operations: Operations,
    private readonly audit: Audit,
    private readonly feed: ChangeFeed,
  ) {}

  @Endpoint(routes.listNodes)
  listNodes(): Promise<NodeView[]> {
    return this.nodeViews.list();
  }

  @Endpoint(routes.getNode)
  getNode(@Input() { params }: InputOf<typeof routes.getNode>): Promise<NodeView> {
    return this.#view(params.id);
  }

  @Endpoint(routes.renameNode)
  async renameNode(@Input() { params, body }: InputOf<typeof routes.renameNode>, @Caller() caller: CallerIdentity): Promise<NodeView> {
    const node = await this.#node(params.id);
    try {
      await this.store.transaction(async (tx) => {
        await this.nodes.rename(tx, node.id, body.name);
        await this.audit.record(tx, caller, 'node.rename', { type: 'node', id: node.id, name: body.name }, { before: node.name });
        tx.afterCommit(() => {
          this.feed.publish({ topic: 'nodes', id: node.id, kind: 'changed' });
          this.feed.publish({ topic: 'routes', id: 'nodes', kind: 'changed' });
        });
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new ApiError('conflict', `a node named ${body.name} is there already: choose another name`, { field: 'name' });
      throw error;
    }
    return this.#view(node.id);
  }

  @Endpoint(routes.drainNode)
  async drainNode(@Input() { params, body }: InputOf<typeof routes.drainNode>, @Caller() caller: CallerIdentity): Promise<NodeOperation> {
    const id = await this.departures.drain(await this.#node(params.id), body.reason, body.force, caller);
    const operation = await this.#operation(id);
    return { node: { ...(await this.#view(params.id)), operation }, operation };
  }

  @Endpoint(routes.maintainNode)
  async maintainNode(@Input() { params, body }: InputOf<typeof routes.maintainNode>, @Caller() caller: CallerIdentity): Promise<NodeView> {
    await this.departures.maintain(await this.#node(params.id), body.reason, caller);
    return this.#view(params.id);
  }

  @Endpoint(routes.resumeNode)
  async resumeNode(@Input() { params }: InputOf<typeof routes.resumeNode>, @Caller() caller: CallerIdentity): Promise<NodeView> {
    await this.departures.resume(await this.#node(params.id), caller);
    return this.#view(params.id);
  }

  @Endpoint(routes.quarantineGpu)
  async quarantineGpu(@Input() { params, body }: InputOf<typeof routes.quarantineGpu>, @Caller() caller: CallerIdentity): Promise<NodeView> {
    await this.cards.quarantine(await this.#node(params.id), body.uuid, body.reason, caller);
    return this.#view(params.id);
  }

  @Endpoint(routes.releaseGpu)
  async releaseGpu(@Input() { params, body }: InputOf<typeof routes.releaseGpu>, @Caller() caller: CallerIdentity): Promise<NodeView> {
    await this.cards.release(await this.#node(params.id), body.uuid, caller);
    return this.#view(params.id);
  }

  @Endpoint(routes.removalPreview)
  async removalPreview(@Input() { params }: InputOf<typeof routes.removalPreview>): Promise<z.infer<typeof removalPreviewSchema>> {
    const node = await this.#node(params.id);
    const [instances, cached] = await Promise.all([this.uses.instancesOn(node.id), this.uses.cachedModels(node.id)]);
    return {
      refusal: this.nodeViews.isManagement(node) ? managementRefusal(node) : '', reachable: node.state === 'healthy' || node.state === 'suspect',
      instances: instances.map((instance) => ({ ...instance })), outages: [...new Set(instances.filter(({ lastReady }) => lastReady).map(({ serviceName }) => serviceName))],
      cachedModels: cached.map((model) => ({ ...model })), cachedBytes: cached.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  @Endpoint(routes.removeNode)
  async removeNode(@Input() { params, query }: InputOf<typeof routes.removeNode>, @Caller() caller: CallerIdentity): Promise<OperationView> {
    const node = await this.#node(params.id);
    if (this.nodeViews.isManagement(node)) throw new ApiError('conflict', managementRefusal(node));
    const use = await this.uses.of(node.id);
    if (use.instanceCount > 0 && !query.force && !query.drain) {
      const names = use.services.map(({ name }) => name).join(', ');
      throw new ApiError('in-use', `${node.name} still carries ${use.instanceCount} instance(s) of ${names}: let them move away first (drain), or remove the node with force`, { field: 'force' });
    }
    return this.#operation(await this.departures.remove(node, query, caller));
  }

  async #node(id: string): Promise<NodeRow> {
    const node = await this.nodes.get(id);
    if (!node) throw new ApiError('not-found', 'no node has this id');
    return node;
  }

  async #view(id: string): Promise<NodeView> {
    const view = await this.nodeViews.get(id);
    if (!view) throw new ApiError('not-found', 'no node has this id');
    return view;
  }

  async #operation(id: string): Promise<OperationView> {
    const operation = await this.operations.get(id);
    if (!operation) throw new Error(`operation ${id} vanished`);
    return operation;
  }
}

function managementRefusal({ name }: NodeRow): string {
  return `${name} is the installation's own node, on the controller's machine: it goes with the installation. Put it into maintenance instead, or drain it`;
}
