import { GPU_MEMORY_UTILISATION, type Engine } from '../engines/index.js';
import { bytesText, estimatePerCard, tensorParallelFits, type MemoryNeed } from './memory-estimate.js';
import type { PlanModel, PlanNode } from './plan-types.js';

/** Left to the operating system and the agent, whatever is measured. */
const SYSTEM_BYTES = 512 * 2 ** 20;

export interface Seat {
  readonly node: PlanNode;
  readonly gpuUuids: readonly string[];
  readonly availableBytes: number;
}
export type Fit = Seat | { readonly node: PlanNode; readonly reason: string };

/** Whether the node can carry anything of this engine at all; the reason when not. */
export function unusable(node: PlanNode, engine: Engine): string | undefined {
  if (node.state === 'joining') return 'has not connected yet';
  if (node.state !== 'healthy') return `is ${node.state}`;
  if (node.unavailable !== undefined) return node.unavailable;
  if (node.memoryBytes === null) return 'has not told what it is made of yet';
  if (!node.engines.includes(engine.id)) {
    return `does not offer ${engine.name}; it offers ${node.engines.length > 0 ? node.engines.join(', ') : 'no engine'} (its policy file decides)`;
  }
  if (engine.hardware === 'gpu' && node.cards.length === 0) return 'has no GPU card';
  return undefined;
}

/**
 * Memory still free for a new instance: the larger of what is measured as used and what our instances will need
 * by their plans is taken as gone, because a measured use already contains those that are loaded.
 */
export function availableMemory({ memoryBytes, usedBytes, reservedBytes }: PlanNode): number {
  return Math.max(0, (memoryBytes ?? 0) - Math.max(usedBytes ?? 0, reservedBytes + SYSTEM_BYTES));
}

export function fitOnCpu(node: PlanNode, need: MemoryNeed): Fit {
  const availableBytes = availableMemory(node);
  if (need.totalBytes <= availableBytes) return { node, gpuUuids: [], availableBytes };
  const reserved = node.reservedBytes > 0 ? `, ${bytesText(node.reservedBytes)} promised to other instances` : '';
  return { node, reason: `needs ${bytesText(need.totalBytes)}, free are ${bytesText(availableBytes)} of ${bytesText(node.memoryBytes ?? 0)}${reserved}` };
}

/** The smallest number of free cards of one node that holds the model and that the model can be divided by. */
export function fitOnCards(node: PlanNode, need: MemoryNeed, model: PlanModel, engine: Engine): Fit {
  const perCard = (size: number) => estimatePerCard(need, model.shape, size, 1, engine.overheadBytes);
  const free = freeCards(node);
  if (free.length === 0) return { node, reason: `none of its ${node.cards.length} cards is free${quarantineNote(node)}` };
  const room = Math.min(...free.map((card) => card.memoryBytes)) * GPU_MEMORY_UTILISATION;
  const sizes = free.map((_, index) => index + 1).filter((size) => tensorParallelFits(model.shape, size));
  const size = sizes.find((one) => perCard(one) <= room);
  if (size !== undefined) return { node, gpuUuids: free.slice(0, size).map((card) => card.uuid), availableBytes: size * room };
  const largest = sizes.at(-1) ?? 1;
  return { node, reason: `on ${largest} of its ${free.length} free cards it needs ${bytesText(perCard(largest))} a card, usable are ${bytesText(room)}${quarantineNote(node)}` };
}

/** One group over the given nodes, the same number of cards on each; the first is the head. */
export function fitOnGroup(nodes: readonly PlanNode[], need: MemoryNeed, model: PlanModel, engine: Engine): readonly Fit[] {
  const perCard = (size: number) => estimatePerCard(need, model.shape, size, nodes.length, engine.overheadBytes);
  const free = nodes.map(freeCards);
  const most = Math.min(...free.map((cards) => cards.length));
  if (most === 0) return nodes.map((node, index) => ({ node, reason: free[index]?.length === 0 ? `has no free card${quarantineNote(node)}` : 'another node of the group has no free card' }));
  const room = Math.min(...free.flat().map((card) => card.memoryBytes)) * GPU_MEMORY_UTILISATION;
  const sizes = Array.from({ length: most }, (_, index) => index + 1).filter((size) => tensorParallelFits(model.shape, size));
  const size = sizes.find((one) => perCard(one) <= room);
  const largest = sizes.at(-1) ?? 1;
  return nodes.map((node, index) =>
    size === undefined
      ? { node, reason: `with ${largest} cards on each of ${nodes.length} nodes it needs ${bytesText(perCard(largest))} a card, usable are ${bytesText(room)}` }
      : { node, gpuUuids: (free[index] ?? []).slice(0, size).map((card) => card.uuid), availableBytes: size * room },
  );
}

/** Not ours already, and with the share an engine takes still free. */
function freeCards(node: PlanNode) {
  return node.cards.filter(({ taken, quarantine, memoryBytes, usedBytes }) => !taken && quarantine === undefined && memoryBytes - (usedBytes ?? 0) >= memoryBytes * GPU_MEMORY_UTILISATION);
}

/** Cards that would count if they were trusted: said beside every reason that they might have changed. */
function quarantineNote({ cards }: PlanNode): string {
  const held = cards.filter(({ quarantine }) => quarantine !== undefined);
  if (held.length === 0) return '';
  return `; ${held.length} of ${cards.length} ${held.length === 1 ? 'is' : 'are'} in quarantine (${held.map(({ index, quarantine }) => `card ${index}: ${quarantine ?? ''}`).join(', ')})`;
}
