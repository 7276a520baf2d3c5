import { describe, expect, it } from 'vitest';
import { aGpu, aNode, anInventory, someMetrics } from '../../../test/fixtures';
import { filterNodes, nextOrder, orderOf, sortNodes } from './node-filter';

const all = { text: '', state: null, type: null };
const names = (nodes: readonly { name: string }[]) => nodes.map(({ name }) => name);

describe('filtering nodes', () => {
  const nodes = [
    aNode({ name: 'gpu-1', gpus: [aGpu({ name: 'NVIDIA A100-PCIE-40GB' })], services: [{ id: 's', name: 'qwen3' }] }),
    aNode({ name: 'cpu-1', type: 'cpu', availability: 'maintenance', address: '10.9.9.9' }),
    aNode({ name: 'old', upgradeTo: '0.2.0', state: 'suspect' }),
    aNode({ name: 'gone', state: 'removed' }),
  ];
  it('leaves out removed ones', () => expect(names(filterNodes(nodes, all))).toEqual(['gpu-1', 'cpu-1', 'old']));
  it('finds by card, service and address, all words together', () => {
    expect(names(filterNodes(nodes, { ...all, text: 'a100 QWEN' }))).toEqual(['gpu-1']);
    expect(names(filterNodes(nodes, { ...all, text: '10.9.9' }))).toEqual(['cpu-1']);
    expect(names(filterNodes(nodes, { ...all, text: 'a100 cpu' }))).toEqual([]);
  });
  it('knows availability and outdated agents as states', () => {
    expect(names(filterNodes(nodes, { ...all, state: 'maintenance' }))).toEqual(['cpu-1']);
    expect(names(filterNodes(nodes, { ...all, state: 'outdated' }))).toEqual(['old']);
    expect(names(filterNodes(nodes, { ...all, state: 'suspect', type: 'gpu' }))).toEqual(['old']);
  });
});

describe('sorting nodes', () => {
  it('counts numbers in names as numbers', () => {
    expect(names(sortNodes([aNode({ name: 'n10' }), aNode({ name: 'n9' })], { key: 'name', down: false }))).toEqual(['n9', 'n10']);
  });
  it('puts what is not known last in both directions', () => {
    const nodes = [aNode({ name: 'silent' }), ...[0.2, 0.7].map((part) => aNode({ name: String(part), inventory: anInventory({ memoryBytes: 100 }), metrics: someMetrics({ memoryUsedBytes: part * 100 }) }))];
    expect(names(sortNodes(nodes, { key: 'memory', down: true }))).toEqual(['0.7', '0.2', 'silent']);
    expect(names(sortNodes(nodes, { key: 'memory', down: false }))).toEqual(['0.2', '0.7', 'silent']);
  });
  it('goes up, down and off, by the address', () => {
    expect([orderOf('memory'), orderOf('-memory'), orderOf('colour'), orderOf(undefined)]).toEqual([{ key: 'memory', down: false }, { key: 'memory', down: true }, null, null]);
    expect([nextOrder(null, 'name'), nextOrder(orderOf('name'), 'name'), nextOrder(orderOf('-name'), 'name'), nextOrder(orderOf('-name'), 'gpu')]).toEqual(['name', '-name', null, 'gpu']);
  });
});
