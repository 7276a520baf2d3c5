import type { Plan } from '../../api';
import type { Words } from '../../wording';
import { cardWords } from '../deploy/plan-words';

/** Cards of one node that stay free for the same reason. */
export interface IdleCards {
  /** "GPU_0, GPU_3". */
  readonly cards: string;
  readonly words: Words | null;
  /** The controller's sentence, where there are no words. */
  readonly reason: string;
}

export interface IdleNode {
  readonly nodeId: string;
  readonly nodeName: string;
  readonly groups: readonly IdleCards[];
}

interface Group {
  readonly indexes: number[];
  readonly words: Words | null;
  readonly reason: string;
}

/** The cards a plan does not use, by node, and in one line what has one reason: eight busy cards are one fact, not eight. */
export function idleCards(plan: Plan): readonly IdleNode[] {
  const nodes = new Map<string, { readonly nodeName: string; readonly groups: Map<string, Group> }>();
  for (const card of plan.cards.filter(({ chosen }) => !chosen)) {
    const node = nodes.get(card.nodeId) ?? { nodeName: card.nodeName, groups: new Map<string, Group>() };
    nodes.set(card.nodeId, node);
    const words = cardWords(card);
    const key = words ? JSON.stringify(words) : card.reason;
    const group = node.groups.get(key) ?? { indexes: [], words, reason: card.reason };
    group.indexes.push(card.index);
    node.groups.set(key, group);
  }
  return [...nodes].map(([nodeId, { nodeName, groups }]) => ({ nodeId, nodeName, groups: [...groups.values()].map(told) }));
}

function told({ indexes, words, reason }: Group): IdleCards {
  return { cards: indexes.map((index) => `GPU_${index}`).join(', '), words, reason };
}
