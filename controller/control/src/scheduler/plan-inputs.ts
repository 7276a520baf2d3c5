import { Injectable } from '@nestjs/common';
import { CustomEngines, EngineImages, imageProblemAt, type Engine } from '../engines/index.js';
import { InstanceRepository, heldSeats } from '../instances/index.js';
import type { ModelRow } from '../models/index.js';
import { HeartbeatClock, NodeRepository, quarantineOf, unavailableBecause, type CardJudgement, type NodeRow, type NodeSample } from '../nodes/index.js';
import type { PlanModel, PlanNode } from './plan-types.js';
import { policiesOf } from './told-image-policies.js';

/** What an instance holds on one node. */
interface Holding {
  readonly instanceId: string;
  readonly gpuUuids: readonly string[];
  /** Measured; null: not known. */
  readonly memoryBytes: number | null;
  readonly serviceId: string;
  readonly needBytes: number;
}

/** Images that an administrator chose, by engine. */
type ChosenImages = Awaited<ReturnType<EngineImages['chosen']>>;

/** Gathers what the planner decides from. */
@Injectable()
export class PlanInputs {
  constructor(
    private readonly nodes: NodeRepository,
    private readonly instances: InstanceRepository,
    private readonly heartbeats: HeartbeatClock,
    private readonly customEngines: CustomEngines,
    private readonly images: EngineImages,
  ) {}

  /**
   * @param serviceId the service whose instances should spread
   * @param gone instances that are counted as not there any more
   */
  async planNodes(serviceId?: string, gone: ReadonlySet<string> = new Set()): Promise<PlanNode[]> {
    const [nodes, instances, customEngines, images] = await Promise.all([this.nodes.list(), this.instances.list(), this.customEngines.engines(), this.images.chosen()]);
    const byNode = new Map<string, Holding[]>();
    for (const instance of instances) {
      for (const { nodeId, gpuUuids } of heldSeats(instance)) byNode.set(nodeId, [...(byNode.get(nodeId) ?? []), { instanceId: instance.id, gpuUuids, serviceId: instance.serviceId, needBytes: instance.needBytes, memoryBytes: instance.memoryBytes }]);
    }
    return nodes.map((node) => planNode(node, byNode.get(node.id) ?? [], this.heartbeats.sample(node.id), serviceId, gone, customEngines, images));
  }
}

export function planModel({ format, weightsBytes, contextLength, shape, dataType, quantisation, codeFiles, codeApprovedBy }: Pick<ModelRow, 'format' | 'weightsBytes' | 'contextLength' | 'shape' | 'dataType' | 'quantisation' | 'codeFiles' | 'codeApprovedBy'>): PlanModel {
  return { format, weightsBytes, contextLength, shape, dataType, quantisation, runsCode: codeFiles !== null && codeApprovedBy !== null };
}

function planNode(node: NodeRow, all: readonly Holding[], sample: NodeSample | undefined, serviceId: string | undefined, gone: ReadonlySet<string>, customEngines: readonly Engine[], images: ChosenImages): PlanNode {
  const holding = all.filter(({ instanceId }) => !gone.has(instanceId));
  const freed = all.filter(({ instanceId }) => gone.has(instanceId));
  const freedBytes = freed.reduce((sum, { memoryBytes, needBytes, gpuUuids }) => sum + (memoryBytes ?? (gpuUuids.length === 0 ? needBytes : 0)), 0);
  const freedCards = new Set(freed.flatMap(({ gpuUuids }) => gpuUuids));
  const takenCards = new Set(holding.flatMap(({ gpuUuids }) => gpuUuids));
  const { inventory } = node;
  return {
    id: node.id, name: node.name, state: node.state, unavailable: unavailableBecause(node), memoryBytes: inventory?.memoryBytes ?? null, cores: inventory?.cpuCores ?? 0,
    usedBytes: sample?.memoryUsedBytes == null ? null : Math.max(0, sample.memoryUsedBytes - freedBytes), reservedBytes: holding.filter(({ gpuUuids }) => gpuUuids.length === 0).reduce((sum, { needBytes }) => sum + needBytes, 0),
    engines: inventory?.engines.map(({ engine }) => engine) ?? [], customEngines,
    engineVersions: Object.fromEntries([...(inventory?.engines ?? []).map(({ engine, version }): [string, string] => [engine, version]), ...[...images].map(([engine, image]): [string, string] => [engine, image()])]),
    imageProblems: imageProblems(node, images),
    cards: (inventory?.gpus ?? []).map(({ uuid, index, name, computeCapability, memoryBytes }) => ({
      uuid, index, name, computeCapability, memoryBytes, usedBytes: freedCards.has(uuid) ? null : (sample?.gpus.find((gpu) => gpu.uuid === uuid)?.memoryUsedBytes ?? null), taken: takenCards.has(uuid),
      quarantine: quarantineText(quarantineOf(node.cards, uuid)),
    })),
    interfaces: inventory?.interfaces ?? [],
    ownInstances: holding.filter((instance) => instance.serviceId === serviceId).length, instances: holding.length,
  };
}

/** What the node has against chosen images, by engine. An agent that does not tell may well permit them. */
function imageProblems(node: NodeRow, images: ChosenImages): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (images.size === 0) return found;
  for (const policy of policiesOf(node)) {
    const image = images.get(policy.engine)?.(policy.arch);
    const problem = image === undefined ? undefined : imageProblemAt(policy, image);
    if (problem && problem.code !== 'unknown') found.set(policy.engine, problem.reason);
  }
  return found;
}

function quarantineText(held: CardJudgement | undefined): string | undefined {
  return held && (held.reason === '' ? 'put there by a person' : held.reason);
}
