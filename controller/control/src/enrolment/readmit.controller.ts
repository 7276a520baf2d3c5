import { Controller } from '@nestjs/common';
import { Audit } from '../audit/index.js';
import { ChangeFeed } from '../events/index.js';
import { ApiError, Caller, Endpoint, Input, type CallerIdentity, type InputOf } from '../http/index.js';
import { NodeViews, type NodeView } from '../nodes/index.js';
import { routes } from '../nodes/nodes.schema.js';
import { MemberIdentities } from '../pki/index.js';
import { Store } from '../store/index.js';

/** A person trusts a node's identity again: after too many recoveries, or after two machines had it. */
@Controller()
export class ReadmitController {
  constructor(
    private readonly store: Store,
    private readonly nodes: NodeViews,
    private readonly identities: MemberIdentities,
    private readonly audit: Audit,
    private readonly feed: ChangeFeed,
  ) {}

  @Endpoint(routes.readmitNode)
  async readmitNode(@Input() { params }: InputOf<typeof routes.readmitNode>, @Caller() caller: CallerIdentity): Promise<NodeView> {
    const node = await this.nodes.get(params.id);
    if (!node) throw new ApiError('not-found', 'no node has this id');
    await this.store.transaction(async (tx) => {
      await this.identities.readmit(tx, node.id);
      await this.audit.record(tx, caller, 'node.readmit', { type: 'node', id: node.id, name: node.name });
      tx.afterCommit(() => this.feed.publish({ topic: 'nodes', id: node.id, kind: 'changed' }));
    });
    return node;
  }
}
