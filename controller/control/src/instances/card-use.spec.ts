import { expect, it } from 'vitest';
import type { NodeRow, NodeSample } from '../nodes/index.js';
import { cardUse } from './card-use.js';

const node = (id: string, uuids: string[]) => ({ id, inventory: { gpus: uuids.map((uuid) => ({ uuid, memoryBytes: 100 })) } }) as unknown as NodeRow;
const sample = (cards: Record<string, [used: number | null, busy: number | null]>) =>
  ({ gpus: Object.entries(cards).map(([uuid, [memoryUsedBytes, utilisationRatio]]) => ({ uuid, memoryUsedBytes, utilisationRatio })) }) as unknown as NodeSample;
const nodes = [node('n1', ['a', 'b']), node('n2', ['c'])];

it('adds up the cards of an instance, and only those', () => {
  const samples: Record<string, NodeSample> = { n1: sample({ a: [40, 0.5], b: [7, 1] }), n2: sample({ c: [20, 1] }) };
  expect(cardUse([{ nodeId: 'n1', gpuUuids: ['a'] }, { nodeId: 'n2', gpuUuids: ['c'] }], nodes, (id) => samples[id])).toEqual({ gpuMemoryUsedBytes: 60, gpuMemoryBytes: 200, gpuUtilisationRatio: 0.75 });
});
it('says nothing where a card was not measured', () => {
  expect(cardUse([{ nodeId: 'n1', gpuUuids: ['a', 'b'] }], nodes, () => sample({ a: [40, 0.5], b: [null, null] }))).toEqual({ gpuMemoryUsedBytes: null, gpuMemoryBytes: 200, gpuUtilisationRatio: null });
  expect(cardUse([{ nodeId: 'n1', gpuUuids: [] }], nodes, () => undefined)).toEqual({ gpuMemoryUsedBytes: null, gpuMemoryBytes: null, gpuUtilisationRatio: null });
});
