import type { NodeRow, NodeSample } from '../nodes/index.js';

export interface HeldCards {
  readonly nodeId: string;
  readonly gpuUuids: readonly string[];
}

export type SampleOf = (nodeId: string) => NodeSample | undefined;

export interface CardUse {
  gpuMemoryUsedBytes: number | null;
  gpuMemoryBytes: number | null;
  /** Mean over the cards. */
  gpuUtilisationRatio: number | null;
}

/** What the cards of one instance carry, together, by the newest sample of their nodes; null where one of them was not measured. Pure. */
export function cardUse(held: readonly HeldCards[], nodes: readonly Pick<NodeRow, 'id' | 'inventory'>[], sampleOf: SampleOf): CardUse {
  const cards = held.flatMap(({ nodeId, gpuUuids }) => {
    const inventory = nodes.find(({ id }) => id === nodeId)?.inventory?.gpus ?? [];
    const measured = sampleOf(nodeId)?.gpus ?? [];
    return gpuUuids.map((uuid) => ({ size: inventory.find((card) => card.uuid === uuid)?.memoryBytes ?? null, sample: measured.find((card) => card.uuid === uuid) }));
  });
  const utilisation = sum(cards.map(({ sample }) => sample?.utilisationRatio ?? null));
  return {
    gpuMemoryUsedBytes: sum(cards.map(({ sample }) => sample?.memoryUsedBytes ?? null)), gpuMemoryBytes: sum(cards.map(({ size }) => size)),
    gpuUtilisationRatio: utilisation === null ? null : utilisation / cards.length,
  };
}

function sum(values: readonly (number | null)[]): number | null {
  if (values.length === 0 || values.includes(null)) return null;
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}
