import { expect, it } from 'vitest';
import type { Plan } from '../scheduler/index.js';
import { withoutGroups } from './without-groups.js';

const seat = (nodeId: string) => ({ nodeId, nodeName: nodeId, gpuUuids: ['gpu'], availableBytes: 1 });
const plan = (mode: Plan['mode'], nodes: readonly string[]): Plan => ({
  fits: true, engine: 'vllm', mode, tensorParallel: 1, pipelineParallel: 1, dataType: null, perCard: null, parallelChats: [], cards: [], contextLength: 4096, parallel: 4, argv: [],
  memory: { weightsBytes: 1, kvCacheBytes: 1, activationBytes: 1, overheadBytes: 1, totalBytes: 4, nominalBytes: 4 },
  placements: nodes.map(seat), rejected: [], notes: [{ level: 'warning', code: 'other', field: null, message: 'kept' }],
});

it('says at once that an instance across nodes cannot be started, and keeps what else there is to say', () => {
  const refused = withoutGroups(plan('distributed', ['a', 'b']));
  expect(refused.fits).toBe(false);
  expect(refused.notes.map(({ level, code, field }) => [level, code, field])).toEqual([['error', 'distributed-unavailable', 'mode'], ['warning', 'other', null]]);
});

it('refuses the mode even where nothing was placed', () => {
  expect(withoutGroups(plan('distributed', [])).notes[0]).toMatchObject({ code: 'distributed-unavailable' });
});

it.each(['single', 'cpu'] as const)('leaves a %s plan as it is', (mode) => {
  const one = plan(mode, ['a']);
  expect(withoutGroups(one)).toBe(one);
});
