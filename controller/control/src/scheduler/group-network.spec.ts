import { describe, expect, it } from 'vitest';
import { GROUP_PORTS, PORTS_PER_GROUP, groupNetwork, type GroupNode } from './group-network.js';

const node = (id: string, over: Partial<GroupNode> = {}): GroupNode => ({
  id, name: id, addresses: [`10.0.0.${id}`], dataPort: 30210, interfaces: [{ name: 'ib0', addresses: ['fd00::1', `192.168.9.${id}`], up: true }, { name: 'eth0', addresses: [`10.0.0.${id}`], up: true }], ...over,
});

describe('the network of a group', () => {
  it('is the preferred address of each node, by rank', () => {
    expect(groupNetwork([node('2'), node('1')], null, [], 0)).toEqual({ peers: [{ address: '10.0.0.2', dataPort: 30210 }, { address: '10.0.0.1', dataPort: 30210 }], firstPort: GROUP_PORTS[0] });
  });
  it('is that of the interface somebody named', () => {
    expect(groupNetwork([node('1'), node('2')], 'ib0', [], 0)).toMatchObject({ peers: [{ address: '192.168.9.1' }, { address: '192.168.9.2' }] });
  });
  it.each([
    ['missing', node('2', { interfaces: [{ name: 'eth0', addresses: ['10.0.0.2'], up: true }] })],
    ['down', node('2', { interfaces: [{ name: 'ib0', addresses: ['10.0.0.2'], up: false }, { name: 'eth0', addresses: ['10.0.0.2'], up: true }] })],
  ])('names the node whose interface is %s, and what it has', (_, second) => {
    expect(groupNetwork([node('1'), second], 'ib0', [], 0)).toBe('2 has no interface ib0 that is up and has an address; it has eth0');
  });
  it('refuses what cannot meet: mixed kinds of addresses, one address twice', () => {
    expect(groupNetwork([node('1'), node('2', { addresses: ['fd00::2'] })], null, [], 0)).toContain('both kinds');
    expect(groupNetwork([node('1'), node('2', { addresses: ['10.0.0.1'] })], null, [], 0)).toContain('more than one member');
  });
  it('takes no block another group has, wherever it begins, and says when all are taken', () => {
    const [first, last] = GROUP_PORTS;
    expect(groupNetwork([node('1'), node('2')], null, [first], 0)).toMatchObject({ firstPort: first + PORTS_PER_GROUP });
    expect(groupNetwork([node('1'), node('2')], null, [last - 31], 30)).toMatchObject({ firstPort: first });
    const all = Array.from({ length: 31 }, (_, index) => first + index * PORTS_PER_GROUP);
    expect(groupNetwork([node('1'), node('2')], null, all, 7)).toContain('taken');
  });
});
