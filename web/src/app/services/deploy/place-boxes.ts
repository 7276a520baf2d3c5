import type { Node, Plan } from '../../api';

export interface BoxCard {
  /** `GPU_0`, as the guide writes it. */
  readonly label: string;
  readonly name: string;
  readonly memoryBytes: number;
  readonly freeBytes: number;
}

/** A node of a planned instance, with what the instance gets of it. */
export interface PlaceBox {
  readonly nodeId: string;
  readonly nodeName: string;
  /** Null while the node is not in the list, as after its removal. */
  readonly address: string | null;
  /** Of a group over several nodes: 0 is its head; null for an instance on one node. */
  readonly rank: number | null;
  /** Empty where the instance runs on the processor. */
  readonly cards: readonly BoxCard[];
  /** Video memory of these cards together, bytes. */
  readonly cardBytes: number;
  /** Free memory that the plan counts on, bytes. */
  readonly availableBytes: number;
  readonly cpuModel: string | null;
  readonly cpuCores: number | null;
  /** Main memory of the node, bytes. */
  readonly memoryBytes: number | null;
}

/** One box for each node that the plan puts the instance on, in the order of its group: the first is the head. */
export function placeBoxes({ placements, cards }: Pick<Plan, 'placements' | 'cards'>, nodes: readonly Node[]): readonly PlaceBox[] {
  return placements.map(({ nodeId, nodeName, gpuUuids, availableBytes }, index) => {
    const node = nodes.find(({ id }) => id === nodeId);
    const taken = cards.filter((card) => card.nodeId === nodeId && gpuUuids.includes(card.uuid)).sort((a, b) => a.index - b.index);
    return {
      nodeId, nodeName, availableBytes,
      address: node?.address ?? null,
      rank: placements.length > 1 ? index : null,
      cards: taken.map((card) => ({ label: `GPU_${card.index}`, name: card.name, memoryBytes: card.memoryBytes, freeBytes: card.freeBytes })),
      cardBytes: taken.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
      cpuModel: node?.inventory?.cpuModel ?? null,
      cpuCores: node?.inventory?.cpuCores ?? null,
      memoryBytes: node?.inventory?.memoryBytes ?? null,
    };
  });
}
