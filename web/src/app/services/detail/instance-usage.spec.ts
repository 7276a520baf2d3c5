import { describe, expect, it } from 'vitest';
import type { Instance, Node } from '../../api';
import { instanceUsage } from './instance-usage';

const card = (index: number, used: number | null, utilisation: number | null) => ({ index, memoryBytes: 40, memoryUsedBytes: used, utilisationRatio: utilisation });
const node = { inventory: { memoryBytes: 64 }, gpus: [card(0, 30, 0.5), card(1, 10, 1), card(2, null, null)] } as unknown as Node;
const unmeasured = { gpuMemoryUsedBytes: null, gpuMemoryBytes: null, gpuUtilisationRatio: null };
const instance = (gpuIndexes: number[], memoryBytes: number | null = 7) => ({ gpuIndexes, memoryBytes, ...unmeasured }) as Instance;

describe('what an instance uses', () => {
  it('takes what was measured for it before what its cards show', () => {
    const measured = { ...instance([0]), gpuMemoryUsedBytes: 12, gpuMemoryBytes: 80, gpuUtilisationRatio: 0.25 };
    expect(instanceUsage(measured, node)).toEqual({ on: 'gpu', used: 12, total: 80, utilisation: 0.25 });
  });

  it('counts only its own cards', () => {
    expect(instanceUsage(instance([0, 1]), node)).toEqual({ on: 'gpu', used: 40, total: 80, utilisation: 0.75 });
  });

  it('does not pass off a part as the whole when a card is silent', () => {
    expect(instanceUsage(instance([1, 2]), node)).toEqual({ on: 'gpu', used: null, total: 80, utilisation: null });
  });

  it('takes main memory on the processor', () => {
    expect(instanceUsage(instance([]), node)).toEqual({ on: 'cpu', used: 7, total: 64, utilisation: null });
    expect(instanceUsage(instance([], null), { ...node, inventory: null })).toEqual({ on: 'cpu', used: null, total: null, utilisation: null });
  });

  it('is unknown without a node', () => {
    expect(instanceUsage(instance([0]), undefined)).toBeNull();
  });

  it('takes nothing once its engine has ended, whoever uses its cards now', () => {
    expect(instanceUsage({ ...instance([0]), state: 'failed' }, node)).toBeNull();
  });
});
