import { describe, expect, it } from 'vitest';
import type { Plan } from '../../api';
import { isAcceptable, notesByField, summarise, type Note } from './plan-summary';

const GB = 1e9;
const plan: Plan = {
  fits: true, engine: 'vllm', mode: 'distributed', contextLength: 32768, parallel: 22, argv: [], tensorParallel: 2, pipelineParallel: 2, dataType: 'BF16', perCard: null, parallelChats: [], cards: [],
  memory: { weightsBytes: 40 * GB, kvCacheBytes: 12 * GB, activationBytes: 6 * GB, overheadBytes: 3 * GB, totalBytes: 61 * GB, nominalBytes: 80 * GB },
  placements: [
    { nodeId: 'a', nodeName: 'a', gpuUuids: ['1', '2'], availableBytes: 80 * GB },
    { nodeId: 'b', nodeName: 'b', gpuUuids: ['3', '4'], availableBytes: 42 * GB },
  ],
  rejected: [], notes: [],
};
const note = (level: Note['level'], field: string | null): Note => ({ level, field, code: 'c', message: 'm' });

describe('plan summary', () => {
  it('counts nodes, cards and memory over all placements', () => {
    expect(summarise(plan)).toMatchObject({ nodes: 2, cards: 4, neededBytes: 61 * GB, availableBytes: 122 * GB, usedRatio: 0.5 });
  });

  it('knows no ratio where nothing can be placed', () => {
    expect(summarise({ ...plan, placements: [] })).toMatchObject({ nodes: 0, cards: 0, availableBytes: null, usedRatio: null });
  });

  it('never fills more than the whole bar', () => {
    expect(summarise({ ...plan, memory: { ...plan.memory, totalBytes: 500 * GB } }).usedRatio).toBe(1);
  });

  it('goes on only with a plan that fits and names an engine', () => {
    expect(isAcceptable(plan)).toBe(true);
    expect(isAcceptable(null)).toBe(false);
    expect(isAcceptable({ ...plan, fits: false })).toBe(false);
    expect(isAcceptable({ ...plan, engine: null })).toBe(false);
    expect(isAcceptable({ ...plan, notes: [note('warning', null)] })).toBe(true);
    expect(isAcceptable({ ...plan, notes: [note('error', 'parameters')] })).toBe(false);
  });

  it('puts a note beside its input, and the rest in the panel', () => {
    const inputs = notesByField([note('error', 'parameters'), note('warning', 'nodeIds.0'), note('info', null), note('info', 'instances')], ['parameters', 'nodeIds']);
    expect([...inputs.fields.keys()]).toEqual(['parameters', 'nodeIds']);
    expect(inputs.general).toHaveLength(2);
  });
});
