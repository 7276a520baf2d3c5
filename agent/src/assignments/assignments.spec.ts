import { AssignmentSet_Kind, Desired, SequenceGapError, type Assignment, type AssignmentSet } from '@openstation/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryJournal } from '../journal/index.js';
import { Assignments } from './assignments.js';

const run = (instanceId: string, generation = 1): Assignment => ({ instanceId, generation, desired: Desired.RUN, intent: undefined });
const stop = (instanceId: string, generation = 1): Assignment => ({ instanceId, generation, desired: Desired.STOP, intent: undefined });
const complete = (...assignments: Assignment[]): AssignmentSet => ({ kind: AssignmentSet_Kind.COMPLETE, appliesTo: 0, resultsIn: 1, assignments });
const increment = (appliesTo: number, ...assignments: Assignment[]): AssignmentSet => ({ kind: AssignmentSet_Kind.INCREMENTAL, appliesTo, resultsIn: appliesTo + 1, assignments });

let journal: MemoryJournal;
let woken: string[];
let repeated: string[];
let assignments: Assignments;

beforeEach(() => {
  journal = new MemoryJournal();
  woken = [];
  repeated = [];
  assignments = new Assignments(journal, (id) => woken.push(id), () => undefined, (id) => repeated.push(id), () => 0);
});

const wishes = () => journal.all().map(({ instanceId, generation, desired }) => `${instanceId}${generation}:${desired}`);

describe('assignments', () => {
  it('absence is not deletion, in a full set neither', async () => {
    await assignments.accept(complete(run('a'), run('b')));
    assignments.beginSession();
    await assignments.accept(complete(run('b')));
    expect(wishes()).toEqual(['a1:run', 'b1:run']);
  });

  it('a tombstone stops, is final within its generation, and a newer wish starts afresh', async () => {
    await assignments.accept(complete(run('a')));
    await assignments.accept(increment(1, stop('a')));
    await assignments.accept(increment(2, run('a')));
    expect(wishes()).toEqual(['a1:stop']);
    await assignments.accept(increment(3, run('a', 2)));
    expect(wishes()).toEqual(['a2:run']);
  });

  it('ignores older generations, their tombstones included', async () => {
    await assignments.accept(complete(run('a', 5)));
    await assignments.accept(increment(1, run('a', 4), stop('a', 3)));
    expect(wishes()).toEqual(['a5:run']);
    expect(repeated).toEqual(['a', 'a']);
    expect(woken).toEqual(['a']);
  });

  it('a gap changes nothing, and a new session starts over', async () => {
    await assignments.accept(complete(run('a')));
    await expect(assignments.accept(increment(7, stop('a')))).rejects.toThrow(SequenceGapError);
    expect(wishes()).toEqual(['a1:run']);
    assignments.beginSession();
    await expect(assignments.accept(increment(1, stop('a')))).rejects.toThrow(SequenceGapError);
  });

  it('wakes nobody when the journal cannot be written', async () => {
    journal.failWith = new Error('disk full');
    await expect(assignments.accept(complete(run('a')))).rejects.toThrow('disk full');
    expect(woken).toEqual([]);
  });

  it('forgets a finished tombstone when the controller does', async () => {
    await assignments.accept(complete(stop('a'), run('b')));
    const record = journal.get('a');
    await journal.put({ ...record!, stage: 'done', outcome: { state: 'stopped', reason: '', message: '' } });
    assignments.beginSession();
    await assignments.accept(complete(run('b')));
    expect(wishes()).toEqual(['b1:run']);
  });

  it('accepts no id that is not a plain name', async () => {
    await assignments.accept(complete(run('../x'), run(''), run('a b')));
    expect(wishes()).toEqual([]);
  });
});
