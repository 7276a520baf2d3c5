import { AssignmentSequence, AssignmentSet_Kind, Desired, LaunchIntent } from '@openstation/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssignmentChain } from './assignment-chain.js';

const intent = LaunchIntent.fromPartial({ engine: 'llama-cpp' });
const row = (id: string, generation = 1, desired: 'run' | 'stop' = 'run') => ({ id, generation, desired, intent });

describe('assignment chain', () => {
  it('starts with everything, also when that is nothing', () => {
    expect(new AssignmentChain().next([])).toEqual({ kind: AssignmentSet_Kind.COMPLETE, appliesTo: 0, resultsIn: 1, assignments: [] });
  });
  it('then tells only what changed', () => {
    const chain = new AssignmentChain();
    chain.next([row('a')]);
    expect(chain.next([row('a')])).toBeUndefined();
    const set = chain.next([row('a', 2, 'stop'), row('b')]);
    expect(set).toMatchObject({ kind: AssignmentSet_Kind.INCREMENTAL, appliesTo: 1, resultsIn: 2 });
    expect(set?.assignments.map(({ instanceId, desired, intent: told }) => [instanceId, desired, told !== undefined])).toEqual([['a', Desired.STOP, false], ['b', Desired.RUN, true]]);
  });
  it('says nothing about an instance that is no longer listed: absence is not deletion', () => {
    const chain = new AssignmentChain();
    chain.next([row('a')]);
    expect(chain.next([])).toBeUndefined();
  });
  it('a receiver that follows the sequence knows every row and meets no gap', () => {
    const step = fc.uniqueArray(fc.record({ id: fc.constantFrom('a', 'b', 'c'), generation: fc.integer({ min: 1, max: 3 }) }), { selector: ({ id }) => id });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const chain = new AssignmentChain();
        const sequence = new AssignmentSequence();
        const known = new Map<string, number>();
        for (const rows of steps) {
          const set = chain.next(rows.map(({ id, generation }) => row(id, generation)));
          if (set) sequence.accept(set);
          for (const { instanceId, generation } of set?.assignments ?? []) known.set(instanceId, generation);
          for (const { id, generation } of rows) expect(known.get(id)).toBe(generation);
        }
      }),
    );
  });
});
