import { describe, expect, it } from 'vitest';
import type { Node, Plan } from '../../api';
import { placeBoxes } from './place-boxes';

const GB = 1024 ** 3;
const node = (id: string) => ({ id, name: id, address: `10.0.0.${id}`, inventory: { cpuModel: 'Xeon', cpuCores: 32, memoryBytes: 187 * GB } }) as unknown as Node;
const card = (nodeId: string, index: number) => ({ nodeId, uuid: `${nodeId}-${index}`, index, name: 'NVIDIA A100', memoryBytes: 80 * GB, freeBytes: 79 * GB }) as unknown as Plan['cards'][number];
const placement = (nodeId: string, ...indexes: number[]) => ({ nodeId, nodeName: nodeId, gpuUuids: indexes.map((index) => `${nodeId}-${index}`), availableBytes: 70 * GB });

describe('boxes of a planned place', () => {
  it('hold the taken cards in their order and the memory of all of them', () => {
    const [box, ...more] = placeBoxes({ placements: [placement('1', 3, 0)], cards: [card('1', 3), card('1', 0), card('1', 1), card('2', 0)] }, [node('1'), node('2')]);
    expect(more).toEqual([]);
    expect(box).toMatchObject({ address: '10.0.0.1', rank: null, cardBytes: 160 * GB, cpuCores: 32 });
    expect(box?.cards.map(({ label }) => label)).toEqual(['GPU_0', 'GPU_3']);
  });

  it('name the first node of a group its head', () => {
    expect(placeBoxes({ placements: [placement('2', 0), placement('1', 0)], cards: [card('1', 0), card('2', 0)] }, [node('1'), node('2')]).map(({ nodeId, rank }) => [nodeId, rank])).toEqual([['2', 0], ['1', 1]]);
  });

  it('are there without cards, and without a node that is gone', () => {
    expect(placeBoxes({ placements: [placement('1')], cards: [] }, [])).toMatchObject([{ nodeName: '1', address: null, cards: [], cardBytes: 0, memoryBytes: null }]);
  });
});
