import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { z } from 'zod';
import { HeartbeatClock, NodeRepository, NodeUses, type NodeInstance, type NodeRow, type NodeUse } from '../nodes/index.js';
import { nodeIdsOf } from './group-member.js';
import { cardUse, type HeldCards, type SampleOf } from './card-use.js';
import { isEnded } from './instance.machine.js';
import { InstanceSignals } from './instance-signals.js';
import { InstanceRepository } from './instance.repository.js';
import type { instanceSchema } from './instances.schema.js';
import type { InstanceRow } from './instances.store.js';

export type InstanceView = z.infer<typeof instanceSchema>;

/** Instances as people see them, and what of them is on each node. */
@Injectable()
export class InstanceViews implements OnModuleInit {
  #known: Promise<ReadonlyMap<string, NodeUse>> | undefined;

  constructor(
    private readonly instances: InstanceRepository,
    private readonly nodes: NodeRepository,
    private readonly uses: NodeUses,
    private readonly signals: InstanceSignals,
    private readonly heartbeats: HeartbeatClock,
  ) {}

  onModuleInit(): void {
    this.signals.onService(() => (this.#known = undefined));
    this.uses.provide({
      uses: () => this.#uses(), instancesOn: (nodeId) => this.#instancesOn(nodeId),
      evict: (tx, nodeId) => this.instances.markLost(tx, nodeId), stay: (tx, nodeId) => this.instances.clearLeaving(tx, nodeId),
    });
  }

  async ofService(serviceId: string): Promise<InstanceView[]> {
    const [rows, nodes] = await Promise.all([this.instances.ofService(serviceId), this.nodes.list()]);
    return shown(rows).map((row) => instanceView(row, nodes, (nodeId) => this.heartbeats.sample(nodeId)));
  }

  async all(): Promise<InstanceView[]> {
    const [rows, nodes] = await Promise.all([this.instances.list(), this.nodes.list()]);
    return shown(rows).map((row) => instanceView(row, nodes, (nodeId) => this.heartbeats.sample(nodeId)));
  }

  /** Read again only when an instance changed: every list of nodes asks. */
  #uses(): Promise<ReadonlyMap<string, NodeUse>> {
    this.#known ??= this.#count();
    return this.#known;
  }

  async #count(): Promise<ReadonlyMap<string, NodeUse>> {
    try {
      const byNode = new Map<string, { services: { id: string; name: string }[]; instanceCount: number }>();
      for (const { nodeId, serviceId, serviceName } of await this.#carried()) {
        const use = byNode.get(nodeId) ?? { services: [], instanceCount: 0 };
        byNode.set(nodeId, use);
        use.instanceCount += 1;
        if (!use.services.some(({ id }) => id === serviceId)) use.services.push({ id: serviceId, name: serviceName });
      }
      return byNode;
    } catch (error) {
      this.#known = undefined;
      throw error;
    }
  }

  async #instancesOn(nodeId: string): Promise<NodeInstance[]> {
    const all = await this.#carried();
    return all.filter((row) => row.nodeId === nodeId).map(({ id, serviceId, serviceName, state, ready }) => ({
      id, serviceName, state, lastReady: ready && !all.some((other) => other.id !== id && other.serviceId === serviceId && other.ready && other.nodeId !== nodeId),
    }));
  }

  /** What nodes carry: bound, not let go of, and not over. */
  async #carried() {
    const rows = await this.instances.placed();
    return rows.flatMap((row) => (row.nodeId === null || (isEnded(row.state) && row.desired === 'stop') ? [] : [{ ...row, nodeId: row.nodeId }]));
  }
}

/** What a node has let go of is history. */
function shown(rows: readonly InstanceRow[]): InstanceRow[] {
  return rows.filter(({ desired, releasedAt, state }) => !(desired === 'stop' && (releasedAt !== null || isEnded(state))));
}

/** A node of it is silent: one member that nobody hears makes the whole group unknown. */
export function isUnknown(row: Pick<InstanceRow, 'nodeId' | 'gpuUuids' | 'members'>, nodes: readonly Pick<NodeRow, 'id' | 'state'>[]): boolean {
  return nodeIdsOf(row).some((nodeId) => nodes.find(({ id }) => id === nodeId)?.state === 'unreachable');
}

export function instanceView(row: InstanceRow, nodes: readonly NodeRow[], sampleOf: SampleOf): InstanceView {
  const node = nodes.find(({ id }) => id === row.nodeId);
  const unknown = isUnknown(row, nodes);
  return {
    id: row.id, serviceId: row.serviceId, slot: row.slot, nodeId: row.nodeId, nodeName: node?.name ?? null,
    gpuIndexes: cardIndexes(row.gpuUuids, node),
    state: row.state, desired: row.desired, ready: row.ready, unknown, phase: row.phase, percent: row.percent, message: row.message,
    reason: row.reason, handle: row.handle, memoryBytes: row.memoryBytes,
    ...cardUse(heldCards(row), nodes, sampleOf), modelBytesDone: row.modelBytesDone, modelBytesTotal: row.modelBytesTotal, revision: row.revision, attempt: row.attempt,
    members: memberViews(row, nodes), health: healthOf(row, unknown), diagnosis: row.diagnosis, generation: row.generation,
    createdAt: new Date(row.createdAt).toISOString(), stateSince: new Date(row.stateSince).toISOString(),
  };
}

function heldCards({ nodeId, gpuUuids, members }: InstanceRow): HeldCards[] {
  if (members) return members.map((member) => ({ nodeId: member.nodeId, gpuUuids: member.gpuUuids }));
  return nodeId === null ? [] : [{ nodeId, gpuUuids }];
}

function memberViews({ members }: InstanceRow, nodes: readonly NodeRow[]): InstanceView['members'] {
  return (members ?? []).map(({ rank, nodeId, gpuUuids, state, phase, percent, message }) => {
    const node = nodes.find(({ id }) => id === nodeId);
    return { rank, nodeId, nodeName: node?.name ?? '', gpuIndexes: cardIndexes(gpuUuids, node), gpuUuids: [...gpuUuids], state, phase, percent, message };
  });
}

function cardIndexes(uuids: readonly string[], node: NodeRow | undefined): number[] {
  const cards = node?.inventory?.gpus ?? [];
  return uuids.flatMap((uuid) => cards.filter((card) => card.uuid === uuid).map(({ index }) => index));
}

const HEALTH: readonly string[] = ['ok', 'busy', 'hung', 'dead', 'starting'];

/** What the agent says of it; of one that ended, how. */
function healthOf({ state, reason, health }: InstanceRow, unknown: boolean): InstanceView['health'] {
  if (unknown) return 'unknown';
  if (isEnded(state)) return state === 'failed' ? (reason === 'hung' ? 'hung' : 'dead') : 'unknown';
  return HEALTH.includes(health) ? (health as InstanceView['health']) : state === 'pending' || state === 'running' ? 'unknown' : 'starting';
}
