import type { Plan } from '../../api';
import type { Words } from '../../wording';
import { rejectionWords } from '../deploy/plan-words';

/** Nodes that a plan does not use for one and the same reason. */
export interface RejectedGroup {
  readonly key: string;
  readonly names: readonly string[];
  readonly words: Words | null;
  /** The controller's sentence, where there are no words. */
  readonly reason: string;
}

/** Forty nodes without a card are one fact, not forty: nodes by reason, the order of the plan kept. */
export function rejectedGroups(rejected: Plan['rejected']): readonly RejectedGroup[] {
  const groups = new Map<string, RejectedGroup & { readonly names: string[] }>();
  for (const node of rejected) {
    const words = rejectionWords(node);
    const key = words ? JSON.stringify(words) : node.reason;
    const group = groups.get(key) ?? { key, names: [], words, reason: node.reason };
    group.names.push(node.nodeName);
    groups.set(key, group);
  }
  return [...groups.values()];
}
