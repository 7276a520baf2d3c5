import { Injectable } from '@nestjs/common';
import type { ModelSources as WireSources } from '@openstation/proto';
import type { ModelRow } from '../models/index.js';
import { NodeRepository } from '../nodes/index.js';
import { AgentLine } from './agent-line.js';
import { ModelGrants } from './model-grants.js';
import { ModelHolders } from './model-holders.js';

/** Enough to be fast, few enough to be asked about their pieces every second. */
const MAX_SOURCES = 12;

/** Whom a node can ask for a model besides the controller: nodes that have it, then nodes that are fetching it too. */
@Injectable()
export class ModelSources {
  constructor(
    private readonly nodes: NodeRepository,
    private readonly holders: ModelHolders,
    private readonly grants: ModelGrants,
    private readonly line: AgentLine,
  ) {}

  async for(nodeId: string, model: ModelRow): Promise<WireSources> {
    const digest = model.digest ?? '';
    const held = new Map(this.holders.of(digest).map((holder) => [holder.nodeId, holder]));
    const complete = [...held.values()].filter((holder) => holder.complete && !holder.damaged).map((holder) => holder.nodeId);
    const fetching = [...new Set([...[...held.values()].filter((holder) => holder.fetching).map((holder) => holder.nodeId), ...this.holders.asking(digest)])].filter((id) => !complete.includes(id));
    if (!complete.includes(nodeId)) this.holders.asks(nodeId, digest);
    const candidates = [...shuffled(complete), ...shuffled(fetching)].filter((id) => id !== nodeId && this.line.talk.isConnected(id)).slice(0, MAX_SOURCES);
    const sources = [];
    for (const id of candidates) {
      const node = await this.nodes.get(id);
      const [host] = node?.addresses ?? [];
      if (!node || host === undefined || node.dataPort === 0) continue;
      sources.push({ nodeId: id, address: `${host.includes(':') ? `[${host}]` : host}:${node.dataPort}`, complete: complete.includes(id) });
    }
    return { sources, ...this.grants.grant(nodeId, digest) };
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  return items.map((item) => ({ item, at: Math.random() })).sort((a, b) => a.at - b.at).map(({ item }) => item);
}
