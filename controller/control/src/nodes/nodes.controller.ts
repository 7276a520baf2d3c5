import { Controller } from '@nestjs/common';
import { Audit } from '../audit/index.js';
import { ChangeFeed } from '../events/index.js';
import { ApiError, Caller, Endpoint, Input, type CallerIdentity, type InputOf } from '../http/index.js';
import { Operations, type OperationView } from '../operations/index.js';
import { Revocations } from '../pki/index.js';
import { Store } from '../store/index.js';
import { HeartbeatClock } from './heartbeat-clock.js';
import { NodeUses } from './node-uses.js';
import { NodeViews, type NodeView } from './node-view.js';
import { NodeRepository } from './node.repository.js';
import { routes } from './nodes.schema.js';

@Controller()
export class NodesController {
  constructor(
    private readonly store: Store,
    private readonly nodes: NodeRepository,
    private readonly nodeViews: NodeViews,
    private readonly uses: NodeUses,
    private readonly revocations: Revocations,
    private readonly heartbeats: HeartbeatClock,
    private readonly operations: Operations,
    private readonly audit: Audit,
    private readonly feed: ChangeFeed,
  ) {}

  @Endpoint(routes.listNodes)
  listNodes(): Promise<NodeView[]> {
    return this.nodeViews.list();
  }

  @Endpoint(routes.getNode)
  async getNode(@Input() { params }: InputOf<typeof routes.getNode>): Promise<NodeView> {
    const view = await this.nodeViews.get(params.id);
    if (!view) throw new ApiError('not-found', 'no node has this id');
    return view;
  }

  @Endpoint(routes.removeNode)
  async removeNode(@Input() { params, query }: InputOf<typeof routes.removeNode>, @Caller() caller: CallerIdentity): Promise<OperationView> {
    const node = await this.nodes.get(params.id);
    if (!node) throw new ApiError('not-found', 'no node has this id');
    const use = await this.uses.of(node.id);
    if (use.instanceCount > 0 && !query.force) {
      const names = use.services.map(({ name }) => name).join(', ');
      throw new ApiError('in-use', `${node.name} still carries ${use.instanceCount} instance(s) of ${names}: remove them first, or remove the node with force`, { field: 'force' });
    }
    const operationId = await this.store.transaction(async (tx) => {
      const operation = await this.operations.start(tx, { kind: 'remove-node', subjectId: node.id, title: `Remove ${node.name}`, startedBy: caller.username });
      await this.uses.evict(tx, node.id);
      await this.nodes.remove(tx, node.id);
      await this.revocations.revoke(tx, node.id, `node ${node.name} was removed by ${caller.username}`);
      await this.audit.record(tx, caller, 'node.remove', { type: 'node', id: node.id, name: node.name }, { force: query.force });
      await this.operations.succeed(tx, operation);
      tx.afterCommit(() => {
        this.heartbeats.forget(node.id);
        this.feed.publish({ topic: 'nodes', id: node.id, kind: 'removed' });
        this.feed.publish({ topic: 'routes', id: 'nodes', kind: 'changed' });
      });
      return operation;
    });
    const operation = await this.operations.get(operationId);
    if (!operation) throw new Error(`operation ${operationId} vanished`);
    return operation;
  }
}
