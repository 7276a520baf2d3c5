import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { z } from 'zod';
import { InstanceRepository, nodeIdsOf } from '../instances/index.js';
import { ModelRepository, type ModelRow } from '../models/index.js';
import { NodeRepository, NodeUses, type CachedModel } from '../nodes/index.js';
import type { modelHolderSchema } from './distribution.schema.js';
import { ModelHolders, type Holder } from './model-holders.js';

export type HolderView = z.infer<typeof modelHolderSchema>;

/** Nodes that have a model, as people see them. */
@Injectable()
export class HolderViews implements OnModuleInit {
  constructor(
    private readonly holders: ModelHolders,
    private readonly nodes: NodeRepository,
    private readonly instances: InstanceRepository,
    private readonly models: ModelRepository,
    private readonly uses: NodeUses,
  ) {}

  onModuleInit(): void {
    this.uses.provideCaches((nodeId) => this.#cachedOn(nodeId));
  }

  async of(model: ModelRow): Promise<HolderView[]> {
    const [nodes, instances] = await Promise.all([this.nodes.list(), this.instances.list()]);
    const using = new Set(instances.filter(({ modelId, desired, state }) => modelId === model.id && desired === 'run' && state !== 'failed' && state !== 'stopped').flatMap(nodeIdsOf));
    return nodes.flatMap(({ id, name }) => this.holders.of(model.digest ?? '').filter(({ nodeId }) => nodeId === id).map((holder) => view(holder, name, model.bytes, using.has(id))));
  }

  /** What would be deleted with the node's cache: files that it reads in place are somebody else's. */
  async #cachedOn(nodeId: string): Promise<CachedModel[]> {
    const held = this.holders.on(nodeId).filter(({ inPlace, bytes }) => !inPlace && bytes > 0);
    if (held.length === 0) return [];
    const names = new Map((await this.models.list()).flatMap(({ digest, id, name }) => (digest === null ? [] : [[digest, { id, name }] as const])));
    return held.map(({ modelId, digest, bytes }) => ({ modelId: names.get(digest)?.id ?? modelId, name: names.get(digest)?.name ?? `a model that is not in the library (${digest.slice(0, 12)})`, bytes }));
  }
}

function view(holder: Holder, nodeName: string, totalBytes: number, inUse: boolean): HolderView {
  const { nodeId, bytes, verifiedAt, bytesPerSecond, fromController, fromNodes } = holder;
  return { nodeId, nodeName, bytes, totalBytes, state: stateOf(holder), inUse, verifiedAt: verifiedAt === null ? null : new Date(verifiedAt).toISOString(), bytesPerSecond, fromController, fromNodes };
}

function stateOf({ damaged, inPlace, complete, fetching }: Holder): HolderView['state'] {
  if (damaged) return 'damaged';
  if (inPlace) return 'in-place';
  if (complete) return 'complete';
  return fetching ? 'fetching' : 'partial';
}
