import { Injectable } from '@nestjs/common';
import type { CacheProgress, CachedModel, PathReport } from '@openstation/proto';
import { Revocations } from '../pki/index.js';
import { AgentLine } from './agent-line.js';
import { CacheOrders } from './cache-orders.js';
import { ModelEraser } from './model-eraser.js';
import { ModelHolders } from './model-holders.js';
import { NodePathTalk } from './node-path-talk.js';
import { TransferLimits } from './transfer-limits.js';

const MAX_MODELS = 10_000;

/** Everything that sessions of agents say and must be told about models: the dispatcher's way in. */
@Injectable()
export class AgentWords {
  constructor(
    private readonly line: AgentLine,
    private readonly holders: ModelHolders,
    private readonly eraser: ModelEraser,
    private readonly orders: CacheOrders,
    private readonly paths: NodePathTalk,
    private readonly limits: TransferLimits,
    private readonly revocations: Revocations,
  ) {
    revocations.onRevoked((memberId) => {
      this.holders.forget(memberId);
      for (const nodeId of this.line.talk.connected()) if (nodeId !== memberId) this.#tellRevoked(nodeId, [memberId]);
    });
  }

  /** What a new session must know before it can be relied on. */
  sessionOpened(nodeId: string): void {
    this.limits.tell(nodeId);
    this.#tellRevoked(nodeId, this.revocations.ids());
    this.orders.tellAgain(nodeId);
  }

  sessionClosed(nodeId: string): void {
    this.paths.lost(nodeId);
  }

  heldModels(nodeId: string, models: readonly CachedModel[]): void {
    const held = models.slice(0, MAX_MODELS).filter(({ manifestDigest }) => /^[0-9a-f]{64}$/.test(manifestDigest)).map((model) => ({
      modelId: model.modelId.slice(0, 36), digest: model.manifestDigest, bytes: model.bytes, complete: model.complete, fetching: model.fetching, inPlace: model.inPlace,
      damaged: model.damaged, verifiedAt: model.verifiedAtMs > 0 ? model.verifiedAtMs : null, fromController: model.fromControllerBytes, fromNodes: model.fromNodesBytes,
    }));
    this.holders.heard(nodeId, held);
    if (held.length > 0) this.eraser.wake(nodeId);
  }

  progress(nodeId: string, progress: CacheProgress): void {
    this.orders.take(nodeId, progress);
  }

  pathReport(nodeId: string, report: PathReport): void {
    this.paths.take(nodeId, report);
  }

  #tellRevoked(nodeId: string, memberIds: readonly string[]): void {
    if (memberIds.length > 0) this.line.talk.send(nodeId, { body: { $case: 'memberRevocations', value: { memberIds: [...memberIds] } } });
  }
}
