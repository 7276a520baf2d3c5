import { describe, expect, it } from 'vitest';
import type { Plan } from '../../api';
import { aGpu, aNode, anInventory } from '../../../test/fixtures';
import { contextSteps, shortLength, stepAt } from './context-steps';
import { draftLike, emptyDraft, withMode } from './deploy-draft';
import { commonInterfaces } from './network-interfaces';
import { nodeTree, placeChips, withCard, withNode } from './node-tree';

const node = aNode({ id: 'n1', name: 'node17', gpus: [aGpu({ uuid: 'b', index: 1 }), aGpu({ uuid: 'a', index: 0 }), aGpu({ uuid: 'q', index: 2, quarantine: { by: 'automatic', reason: 'Xid 79', since: '' } })] });
const card = (uuid: string, reasonCode: string) => ({ nodeId: 'n1', nodeName: 'node17', uuid, index: 0, name: 'L4', memoryBytes: 1, freeBytes: 1, chosen: reasonCode === 'chosen', reasonCode, reason: '' });

describe('nodes and cards of the wizard', () => {
  it('leaves the cards of a ticked node to the plan until one is ticked', () => {
    const whole = withNode(emptyDraft, 'n1', true);
    expect(whole).toMatchObject({ nodeIds: ['n1'], cards: [] });
    const some = withCard(withCard(whole, node, 'b', true), node, 'a', true);
    expect(some.cards).toEqual([{ nodeId: 'n1', gpuUuids: ['a', 'b'] }]);
    expect(placeChips(some, [node])).toEqual(['node17:GPU_0', 'node17:GPU_1']);
    expect(placeChips(whole, [node])).toEqual(['node17']);
    expect(withCard(withCard(some, node, 'a', false), node, 'b', false)).toMatchObject({ nodeIds: ['n1'], cards: [] });
    expect(withNode(some, 'n1', false)).toMatchObject({ nodeIds: [], cards: [] });
  });

  it('names the node of a ticked card, and forgets cards with a mode that has none', () => {
    const draft = withCard(emptyDraft, node, 'a', true);
    expect(draft.nodeIds).toEqual(['n1']);
    expect(withMode(draft, 'cpu', new Set(['n1'])).cards).toEqual([]);
  });

  it('shows what the plan takes and bars what ticking cannot mend', () => {
    const plan = { cards: [card('a', 'chosen'), card('b', 'in-use'), card('q', 'quarantine')], placements: [{ nodeId: 'n1' }], rejected: [] } as unknown as Plan;
    const [row] = nodeTree([{ node, blocked: null }], emptyDraft, plan);
    expect(row).toMatchObject({ checked: false, planned: true });
    expect(row?.cards.map(({ label, planned, barred }) => [label, planned, barred])).toEqual([['GPU_0', true, false], ['GPU_1', false, true], ['GPU_2', false, true]]);
  });
});

describe('a copy of a service', () => {
  it('has a free name within the limit', () => {
    const service = { name: 'x'.repeat(64), modelId: 'm', parameters: '--a 1' } as Parameters<typeof draftLike>[0];
    const draft = draftLike(service, new Set([`${'x'.repeat(62)}-2`]));
    expect(draft).toMatchObject({ name: `${'x'.repeat(62)}-3`, nodeIds: [], parameters: '--a 1' });
  });
});

describe('the context slider', () => {
  it('ends at what the model can do', () => {
    expect(contextSteps(40_960)).toEqual([1024, 2048, 4096, 8192, 16_384, 32_768, 40_960]);
    expect(contextSteps(512)).toEqual([512]);
    expect(stepAt(contextSteps(40_960), 9000)).toBe(3);
    expect([shortLength(512), shortLength(32_768)]).toEqual(['512', '32k']);
  });
});

describe('interfaces', () => {
  const on = (id: string, ...interfaces: { name: string; speedMbps: number | null; up: boolean }[]) => aNode({ id, inventory: anInventory({ interfaces: interfaces.map((each) => ({ addresses: ['10.0.0.1'], ...each })) }) });

  it('are those all nodes have up, fastest first, as fast as the slowest', () => {
    const nodes = [on('1', { name: 'eth0', speedMbps: 1000, up: true }, { name: 'ib0', speedMbps: 200_000, up: true }), on('2', { name: 'eth0', speedMbps: null, up: true }, { name: 'ib0', speedMbps: 100_000, up: true }, { name: 'eth1', speedMbps: 10, up: false })];
    expect(commonInterfaces(nodes)).toEqual([{ name: 'ib0', speedMbps: 100_000 }, { name: 'eth0', speedMbps: null }]);
    expect(commonInterfaces([aNode()])).toEqual([]);
  });
});
