import { describe, expect, it } from 'vitest';
import { afterWord, nextAction, type RolloutNode, type RolloutNodeState } from './rollout.machine.js';

const limits = { batch: 2, gateMs: 120_000 };
const node = (nodeId: string, state: RolloutNodeState, more: Partial<RolloutNode> = {}): RolloutNode => ({ nodeId, nodeName: nodeId, state, sinceMs: 0, message: '', connected: true, ...more });

describe('a rollout', () => {
  it('begins with one node, the first that is connected', () => {
    expect(nextAction([node('a', 'waiting', { connected: false }), node('b', 'waiting'), node('c', 'waiting')], limits)).toEqual({ kind: 'order', nodeIds: ['b'] });
    expect(nextAction([node('b', 'switching'), node('c', 'waiting')], limits)).toEqual({ kind: 'wait' });
  });

  it('goes on in batches once one is healthy', () => {
    expect(nextAction([node('a', 'upgraded'), node('b', 'waiting'), node('c', 'waiting'), node('d', 'waiting')], limits)).toEqual({ kind: 'order', nodeIds: ['b', 'c'] });
    expect(nextAction([node('a', 'upgraded'), node('b', 'ordered'), node('c', 'waiting'), node('d', 'waiting')], limits)).toEqual({ kind: 'order', nodeIds: ['c'] });
    expect(nextAction([node('a', 'upgraded'), node('b', 'ordered'), node('c', 'switching'), node('d', 'waiting')], limits)).toEqual({ kind: 'wait' });
  });

  it.each([['refused', 'refused the upgrade'], ['returned', 'returned to its old agent'], ['lost', 'did not come back']] as const)('stops at a node that %s, and names it', (state, words) => {
    const nodes = [node('a', 'upgraded'), node('b', state, { message: 'why' }), node('c', 'waiting'), node('d', 'waiting')];
    expect(nextAction(nodes, limits)).toEqual({ kind: 'fail', failure: `b ${words}: why. 2 more nodes were left alone` });
    expect(nextAction([...nodes, node('e', 'switching')], limits)).toEqual({ kind: 'wait' });
  });

  it('loses a node that is silent longer than its own return takes', () => {
    expect(nextAction([node('a', 'switching', { sinceMs: 180_000 })], limits)).toEqual({ kind: 'wait' });
    expect(nextAction([node('a', 'switching', { sinceMs: 180_001 })], limits)).toMatchObject({ kind: 'lose', nodeId: 'a' });
    expect(nextAction([node('a', 'ordered', { sinceMs: 1_800_001 })], limits)).toMatchObject({ kind: 'lose', nodeId: 'a' });
  });

  it('leaves out what is away at the end and succeeds with the rest', () => {
    expect(nextAction([node('a', 'upgraded'), node('b', 'waiting', { connected: false })], limits)).toEqual({ kind: 'leave-out', nodeIds: ['b'] });
    expect(nextAction([node('a', 'upgraded'), node('b', 'away')], limits)).toEqual({ kind: 'succeed' });
  });
});

describe('what an agent says', () => {
  it('moves its node forward only', () => {
    expect([afterWord('ordered', 'fetching'), afterWord('ordered', 'switching'), afterWord('switching', 'running'), afterWord('switching', 'returned'), afterWord('ordered', 'refused')]).toEqual(['ordered', 'switching', 'upgraded', 'returned', 'refused']);
    expect([afterWord('switching', 'fetching'), afterWord('waiting', 'running'), afterWord('upgraded', 'returned'), afterWord('refused', 'running'), afterWord('away', 'running')]).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });

  it('counts although it was given up', () => {
    expect([afterWord('lost', 'running'), afterWord('lost', 'returned'), afterWord('lost', 'fetching')]).toEqual(['upgraded', 'returned', undefined]);
  });
});
