import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { InstanceRepository, nodeIdsOf } from '../instances/index.js';
import type { ModelRow } from '../models/index.js';
import { NodeRepository } from '../nodes/index.js';
import type { modelHolderSchema } from './distribution.schema.js';
import { ModelHolders, type Holder } from './model-holders.js';

export type HolderView = z.infer<typeof modelHolderSchema>;

/** Nodes that have a model, as people see them. */
@Injectable()
export class HolderViews {
  constructor(
    private readonly holders: ModelHolders,
    private readonly nodes: NodeRepository,
    private readonly instances: InstanceRepository,
  ) {}

  async of(model: ModelRow): Promise<HolderView[]> {
    const [nodes, instances] = await Promise.all([this.nodes.list(), this.instances.list()]);
    const using = new Set(instances.filter(({ modelId, desired, state }) => modelId === model.id && desired === 'run' && state !== 'failed' && state !== 'stopped').flatMap(nodeIdsOf));
    return nodes.flatMap(({ id, name }) => this.holders.of(model.digest ?? '').filter(({ nodeId }) => nodeId === id).map((holder) => view(holder, name, model.bytes, using.has(id))));
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
