import { describe, expect, it } from 'vitest';
import { rejectedGroups } from './rejected-groups';

const node = (nodeName: string, code: string, numbers: Record<string, number> = {}, reason = code) => ({ nodeId: nodeName, nodeName, code, numbers, reason });
const told = (...rejected: ReturnType<typeof node>[]) => rejectedGroups(rejected).map(({ names, words, reason }) => `${names.join(' ')}: ${words?.key ?? reason}`);

describe('nodes that a plan does not use', () => {
  it('are told by reason, in the order of the plan', () => {
    expect(told(node('a', 'no-gpu'), node('b', 'cards-busy', { cards: 8 }), node('c', 'no-gpu'), node('d', 'cards-busy', { cards: 4 }))).toEqual(['a c: services.plan.reason.no-gpu', 'b: services.plan.reason.cards-busy', 'd: services.plan.reason.cards-busy']);
  });

  it('keep a reason that has no words', () => expect(told(node('a', 'grue', {}, 'was eaten'), node('b', 'grue', {}, 'was eaten'))).toEqual(['a b: was eaten']));
});
