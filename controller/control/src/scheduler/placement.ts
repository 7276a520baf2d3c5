import type { Engine } from '../engines/index.js';
import { equalCards, type CardVerdict } from './card-verdicts.js';
import { bytesText, estimateLayerSplit, estimatePerCard, tensorParallelFits, type CardNeed, type MemoryNeed } from './memory-estimate.js';
import type { PlanModel, PlanNode } from './plan-types.js';
import { because, tooSmall, type Reason } from './reasons.js';

/** Left to the operating system and the agent, whatever is measured. */
const SYSTEM_BYTES = 512 * 2 ** 20;

/** Everything that is the same for all nodes of one question. */
export interface Question {
  readonly need: MemoryNeed;
  readonly model: PlanModel;
  readonly engine: Engine;
  /** Part of each card the engine takes. */
  readonly share: number;
}

export interface Seat {
  readonly node: PlanNode;
  readonly cards: readonly CardVerdict[];
  /** What the engine may take: of all its cards, or of the node's memory. */
  readonly availableBytes: number;
  readonly perCard: CardNeed;
  /** Bytes of the smallest card, and what of it the engine takes; on CPUs of the node. */
  readonly cardBytes: number;
  readonly budgetBytes: number;
}
export type Fit = Seat | { readonly node: PlanNode; readonly reason: Reason };

/** Whether the node can carry anything of this engine at all; the reason when not. */
export function unusable(node: PlanNode, engine: Engine): Reason | undefined {
  if (node.state === 'joining') return because('joining', 'has not connected yet');
  if (node.state !== 'healthy') return because('silent', `is ${node.state}`);
  if (node.unavailable !== undefined) return because('unavailable', node.unavailable);
  if (node.memoryBytes === null) return because('no-inventory', 'has not told what it is made of yet');
  if (!node.engines.includes(engine.id)) {
    return because('engine-missing', `does not offer ${engine.name}; it offers ${node.engines.length > 0 ? node.engines.join(', ') : 'no engine'} (its policy file decides)`);
  }
  const image = node.imageProblems?.get(engine.id);
  if (image !== undefined) return because('image-refused', image);
  if (engine.hardware === 'gpu' && node.cards.length === 0) return because('no-gpu', 'has no GPU card');
  return undefined;
}

/**
 * Memory still free for a new instance: the larger of what is measured as used and what our instances will need
 * by their plans is taken as gone, because a measured use already contains those that are loaded.
 */
export function availableMemory({ memoryBytes, usedBytes, reservedBytes }: PlanNode): number {
  return Math.max(0, (memoryBytes ?? 0) - Math.max(usedBytes ?? 0, reservedBytes + SYSTEM_BYTES));
}

export function fitOnCpu(node: PlanNode, { need }: Question): Fit {
  const availableBytes = availableMemory(node);
  const memoryBytes = node.memoryBytes ?? 0;
  if (need.totalBytes <= availableBytes) return { node, cards: [], availableBytes, perCard: need, cardBytes: memoryBytes, budgetBytes: availableBytes };
  const reserved = node.reservedBytes > 0 ? `, ${bytesText(node.reservedBytes)} promised to other instances` : '';
  return { node, reason: tooSmall('memory', need.totalBytes, availableBytes, (needed, free) => `needs ${needed}, free are ${free} of ${bytesText(memoryBytes)}${reserved}`, { memoryBytes, reservedBytes: node.reservedBytes }) };
}

/** The smallest number of equal free cards of one node that holds the model and that the model can be divided by. */
export function fitOnCards(node: PlanNode, verdicts: readonly CardVerdict[], question: Question): Fit {
  const kinds = equalCards(verdicts);
  if (kinds.length === 0) return { node, reason: noFreeCard(node, verdicts) };
  const fits = kinds.flatMap((kind) => seatOn(node, kind, question) ?? []);
  const [best] = fits.sort((a, b) => a.cards.length - b.cards.length || a.cardBytes - b.cardBytes);
  return best ?? { node, reason: tooFew(node, verdicts, kinds, question) };
}

/** Exactly these cards, all of them, because a person said so. */
export function fitOnChosen(node: PlanNode, verdicts: readonly CardVerdict[], uuids: readonly string[], question: Question): Fit {
  const chosen = uuids.flatMap((uuid) => verdicts.filter(({ card }) => card.uuid === uuid));
  if (chosen.length < uuids.length) return { node, reason: because('card-unknown', `does not have all of the ${uuids.length} chosen cards`, { chosen: uuids.length, found: chosen.length }) };
  const refused = chosen.find(({ reason }) => reason);
  if (refused?.reason) return { node, reason: because(refused.reason.code, `card ${refused.card.index} ${refused.reason.text}`, { ...refused.reason.numbers, card: refused.card.index }) };
  if (!divides(chosen.length, 1, question)) return { node, reason: notDivisible(chosen.length, question) };
  const seat = seated(node, chosen, 1, question);
  if (seat.perCard.totalBytes <= seat.budgetBytes) return seat;
  return { node, reason: tooSmall('too-small', seat.perCard.totalBytes, seat.budgetBytes, (needed, usable) => `on the ${chosen.length} chosen cards it needs ${needed} a card, usable are ${usable}`, { cards: chosen.length }) };
}

/** One seat on `size` cards of each of `nodes` nodes, whether it is large enough or not. */
export function seated(node: PlanNode, cards: readonly CardVerdict[], nodes: number, { need, model, engine, share }: Question): Seat {
  const [tensor, pipeline] = parallelism(engine, cards.length, nodes);
  const cardBytes = Math.min(...cards.map(({ card }) => card.memoryBytes));
  const budgetBytes = Math.floor(cardBytes * share);
  const overhead = (weights: number) => engine.overheadBytes(weights);
  const perCard = splitsByLayer(engine) ? estimateLayerSplit(need, model.shape, pipeline, overhead) : estimatePerCard(need, model.shape, tensor, pipeline, overhead);
  return { node, cards, availableBytes: cards.length * budgetBytes, perCard, cardBytes, budgetBytes };
}

/** vLLM: tensor parallel inside a node, pipeline across nodes. SGLang divides every layer over all cards of the group, llama.cpp none. */
export function parallelism(engine: Engine, cards: number, nodes: number): [tensor: number, pipeline: number] {
  if (splitsByLayer(engine)) return [1, cards * nodes];
  return engine.id === 'sglang' ? [cards * nodes, 1] : [cards, nodes];
}

function splitsByLayer({ id }: Engine): boolean {
  return id === 'llama-cpp-gpu';
}

/** Whether the model can be divided by so many cards of each of so many nodes. */
export function divides(size: number, nodes: number, { engine, model }: Question): boolean {
  const [tensor, pipeline] = parallelism(engine, size, nodes);
  return tensorParallelFits(model.shape, tensor) && pipeline <= (model.shape?.layers ?? pipeline);
}

function notDivisible(size: number, question: Question): Reason {
  const { shape } = question.model;
  const possible = Array.from({ length: 16 }, (_, index) => index + 1).filter((one) => divides(one, 1, question));
  return because('not-divisible', `the model cannot be divided by ${size} cards; possible are ${possible.join(', ')}`, { cards: size, heads: shape?.heads ?? 0 });
}

function seatOn(node: PlanNode, kind: readonly CardVerdict[], question: Question): Seat | undefined {
  for (let size = 1; size <= kind.length; size += 1) {
    if (!divides(size, 1, question)) continue;
    const seat = seated(node, kind.slice(0, size), 1, question);
    if (seat.perCard.totalBytes <= seat.budgetBytes) return seat;
  }
  return undefined;
}

export function noFreeCard(node: PlanNode, verdicts: readonly CardVerdict[]): Reason {
  const why = [...new Set(verdicts.map(({ card, reason }) => `card ${card.index} ${reason?.text ?? ''}`))].join(', ');
  return because('cards-busy', `none of its ${node.cards.length} cards is free: ${why}`, { cards: node.cards.length });
}

function tooFew(node: PlanNode, verdicts: readonly CardVerdict[], kinds: readonly (readonly CardVerdict[])[], question: Question): Reason {
  const most = kinds.reduce((a, b) => (b.length > a.length ? b : a));
  const size = Array.from({ length: most.length }, (_, index) => most.length - index).find((one) => divides(one, 1, question)) ?? 1;
  const { perCard, budgetBytes } = seated(node, most.slice(0, size), 1, question);
  const others = verdicts.filter(({ reason }) => reason);
  const note = others.length === 0 ? '' : `; ${others.map(({ card, reason }) => `card ${card.index} ${reason?.text ?? ''}`).join(', ')}`;
  return tooSmall('too-small', perCard.totalBytes, budgetBytes, (needed, usable) => `on ${size} of its ${most.length} free cards it needs ${needed} a card, usable are ${usable}${note}`, { cards: size, freeCards: most.length });
}
