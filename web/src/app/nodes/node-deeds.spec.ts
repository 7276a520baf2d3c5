import { describe, expect, it } from 'vitest';
import { aNode } from '../../test/fixtures';
import { fit, nodeDeeds, offer } from './node-deeds';

const offered = (change: Parameters<typeof aNode>[0]) => nodeDeeds.filter((deed) => offer(aNode(change), deed) === '');

describe('what is offered for a node', () => {
  it('a healthy one', () => expect(offered({})).toEqual(['drain', 'maintain', 'rename', 'remove']));
  it('one in maintenance that still carries something can be drained or resumed', () => expect(offered({ availability: 'maintenance', instanceCount: 1 })).toEqual(['drain', 'resume', 'rename', 'remove']));
  it('one in maintenance that is empty need not be drained', () => expect(offer(aNode({ availability: 'maintenance' }), 'drain')).toBe('nodes.refusal.empty'));
  it('one that is being added says to wait', () => expect(offer(aNode({ state: 'joining' }), 'drain')).toBe('nodes.refusal.joining'));
  it('an unreachable one can be readmitted, and not upgraded', () => {
    expect(offered({ state: 'unreachable', upgradeTo: '2' })).toEqual(['drain', 'maintain', 'rename', 'readmit', 'remove']);
    expect(offer(aNode({ state: 'unreachable', upgradeTo: '2' }), 'upgrade')).toBe('nodes.refusal.silent');
  });
  it('the management node is never removed, with the reason', () => expect(offer(aNode({ management: true }), 'remove')).toBe('nodes.remove.management'));
  it('a selection keeps only those that fit', () => expect(fit([aNode(), aNode({ id: 'n2', availability: 'maintenance' })], 'resume').map(({ id }) => id)).toEqual(['n2']));
});
