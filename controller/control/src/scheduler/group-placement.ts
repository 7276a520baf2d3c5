import { equalCards, judgeCards, type CardVerdict } from './card-verdicts.js';
import { divides, fitOnChosen, noFreeCard, parallelism, seated, type Fit, type Question, type Seat } from './placement.js';
import type { PlanNode, PlanRequest } from './plan-types.js';
import { because, tooSmall, type Reason } from './reasons.js';

type Cards = NonNullable<PlanRequest['cards']>;

/** Nodes of one group with the cards each gives: the same number and kind on every one; the first is the head. */
export function fitOnGroup(nodes: readonly PlanNode[], chosen: Cards, question: Question): readonly Fit[] {
  const verdicts = nodes.map((node) => judgeCards(node, question.model, question.engine.id, question.share));
  if (chosen.length > 0) return onChosenCards(nodes, verdicts, chosen, question);
  const kinds = commonKinds(verdicts);
  if (kinds.length === 0) return nodes.map((node, index) => ({ node, reason: withoutCommonKind(node, verdicts[index] ?? []) }));
  const groups = kinds.map((kind) => smallest(nodes, kind, question)).filter((seats) => seats !== undefined);
  const [best] = groups.sort((a, b) => cardsOf(a) - cardsOf(b));
  if (best) return best;
  const reason = tooLittle(nodes, kinds, question);
  return nodes.map((node) => ({ node, reason }));
}

/**
 * The smallest group among the nodes that holds the model, when nobody named nodes: fewest nodes first, because
 * what crosses the network costs time. Undefined when no group is large enough.
 */
export function chooseGroup(nodes: readonly PlanNode[], question: Question): readonly Seat[] | undefined {
  const byKind = new Map<string, { node: PlanNode; cards: readonly CardVerdict[] }[]>();
  for (const node of nodes) {
    for (const cards of equalCards(judgeCards(node, question.model, question.engine.id, question.share))) {
      const kind = cards[0]?.card.name ?? '';
      byKind.set(kind, [...(byKind.get(kind) ?? []), { node, cards }]);
    }
  }
  for (let count = 2; count <= 16; count += 1) {
    for (const members of byKind.values()) {
      const group = members.sort((a, b) => b.cards.length - a.cards.length || a.node.instances - b.node.instances || a.node.id.localeCompare(b.node.id)).slice(0, count);
      if (group.length < count) continue;
      const seats = smallest(group.map(({ node }) => node), group.map(({ cards }) => cards), question);
      if (seats) return seats;
    }
  }
  return undefined;
}

function onChosenCards(nodes: readonly PlanNode[], verdicts: readonly (readonly CardVerdict[])[], chosen: Cards, question: Question): readonly Fit[] {
  const lists = nodes.map((node) => chosen.find(({ nodeId }) => nodeId === node.id)?.gpuUuids ?? []);
  const size = lists[0]?.length ?? 0;
  const uneven = nodes.findIndex((_, index) => lists[index]?.length !== size);
  if (size === 0 || uneven >= 0) {
    const reason = because('uneven-cards', `every node of a group gives the same number of cards; chosen are ${lists.map(({ length }) => length).join(', ')}`);
    return nodes.map((node) => ({ node, reason }));
  }
  return nodes.map((node, index) => {
    // Alone they need not hold everything: only whether each card is free and the group large enough counts.
    const fit = fitOnChosen(node, verdicts[index] ?? [], lists[index] ?? [], question);
    if ('reason' in fit && fit.reason.code !== 'too-small') return fit;
    const cards = (lists[index] ?? []).flatMap((uuid) => (verdicts[index] ?? []).filter(({ card }) => card.uuid === uuid));
    const seat = seated(node, cards, nodes.length, question);
    return seat.perCard.totalBytes <= seat.budgetBytes ? seat : { node, reason: groupTooSmall(seat, size, nodes.length) };
  });
}

/** Kinds of cards that every node has free, with each node's cards of it. */
function commonKinds(verdicts: readonly (readonly CardVerdict[])[]): (readonly CardVerdict[])[][] {
  const perNode = verdicts.map((one) => new Map(equalCards(one).map((cards) => [cards[0]?.card.name ?? '', cards])));
  const names = [...(perNode[0]?.keys() ?? [])].filter((name) => perNode.every((kinds) => kinds.has(name)));
  return names.map((name) => perNode.map((kinds) => kinds.get(name) ?? []));
}

function smallest(nodes: readonly PlanNode[], cards: readonly (readonly CardVerdict[])[], question: Question): Seat[] | undefined {
  const most = Math.min(...cards.map(({ length }) => length));
  for (let size = 1; size <= most; size += 1) {
    if (!divides(size, nodes.length, question)) continue;
    const seats = nodes.map((node, index) => seated(node, (cards[index] ?? []).slice(0, size), nodes.length, question));
    if (seats.every(({ perCard, budgetBytes }) => perCard.totalBytes <= budgetBytes)) return seats;
  }
  return undefined;
}

function cardsOf(seats: readonly Seat[]): number {
  return seats.reduce((sum, { cards }) => sum + cards.length, 0);
}

function withoutCommonKind(node: PlanNode, verdicts: readonly CardVerdict[]): Reason {
  return equalCards(verdicts).length === 0 ? noFreeCard(node, verdicts) : because('other-kind', 'has no free card of a kind that the other nodes of the group have too');
}

function tooLittle(nodes: readonly PlanNode[], kinds: readonly (readonly (readonly CardVerdict[])[])[], question: Question): Reason {
  const most = Math.max(...kinds.map((cards) => Math.min(...cards.map(({ length }) => length))));
  const kind = kinds.find((cards) => Math.min(...cards.map(({ length }) => length)) === most) ?? [];
  const size = Array.from({ length: most }, (_, index) => most - index).find((one) => divides(one, nodes.length, question)) ?? 1;
  const [node] = nodes;
  if (!node) return because('group-incomplete', 'no node is in the group');
  const layers = question.model.shape?.layers;
  if (layers !== undefined && parallelism(question.engine, size, nodes.length)[1] > layers) return because('too-many-nodes', `has no part to play: the model has ${layers} layers, fewer than the group has nodes`, { layers, nodes: nodes.length });
  return groupTooSmall(seated(node, (kind[0] ?? []).slice(0, size), nodes.length, question), size, nodes.length);
}

function groupTooSmall({ perCard, budgetBytes }: Seat, cards: number, nodes: number): Reason {
  return tooSmall('too-small', perCard.totalBytes, budgetBytes, (needed, usable) => `with ${cards} cards on each of ${nodes} nodes it needs ${needed} a card, usable are ${usable}`, { cards, nodes });
}
