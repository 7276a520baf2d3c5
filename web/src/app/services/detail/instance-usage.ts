import type { Instance, Node } from '../../api';

export interface InstanceUsage {
  readonly on: 'gpu' | 'cpu';
  /** Bytes; null where the node has not told. */
  readonly used: number | null;
  readonly total: number | null;
  /** Mean over the cards, 0 to 1; null on the processor and where a driver does not tell. */
  readonly utilisation: number | null;
}

/**
 * What an instance takes where it runs: of its own cards, as measured for it or else as drivers count them (whoever uses them), or of the node's
 * main memory, as its agent measures the engine. Null while the instance has no node,
 * its node is unknown, or its engine has ended and takes nothing.
 */
export function instanceUsage(instance: Instance, node: Node | undefined): InstanceUsage | null {
  if (!node || instance.state === 'failed' || instance.state === 'stopped') return null;
  if (instance.gpuIndexes.length === 0) return { on: 'cpu', used: instance.memoryBytes, total: node.inventory?.memoryBytes ?? null, utilisation: null };
  if (instance.gpuMemoryUsedBytes !== null && instance.gpuMemoryBytes !== null) {
    return { on: 'gpu', used: instance.gpuMemoryUsedBytes, total: instance.gpuMemoryBytes, utilisation: instance.gpuUtilisationRatio };
  }
  const cards = node.gpus.filter((card) => instance.gpuIndexes.includes(card.index));
  return {
    on: 'gpu',
    used: sumKnown(cards.map((card) => card.memoryUsedBytes)),
    total: sumKnown(cards.map((card) => card.memoryBytes)),
    utilisation: meanKnown(cards.map((card) => card.utilisationRatio)),
  };
}

/** One unknown part makes the sum unknown: half a sum would read as the whole. */
function sumKnown(values: readonly (number | null)[]): number | null {
  if (values.length === 0) return null;
  let sum = 0;
  for (const value of values) {
    if (value === null) return null;
    sum += value;
  }
  return sum;
}

function meanKnown(values: readonly (number | null)[]): number | null {
  const sum = sumKnown(values);
  return sum === null ? null : sum / values.length;
}
