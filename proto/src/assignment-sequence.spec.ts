import { describe, expect, it } from 'vitest';
import { AssignmentSequence, SequenceGapError } from './assignment-sequence.js';
import { AssignmentSet_Kind } from './gen/openstation/v1/dispatcher.pb.js';

const complete = (resultsIn: number) => ({ kind: AssignmentSet_Kind.COMPLETE, appliesTo: 0, resultsIn });
const incremental = (appliesTo: number) => ({ kind: AssignmentSet_Kind.INCREMENTAL, appliesTo, resultsIn: appliesTo + 1 });

describe('assignment sequence', () => {
  it('refuses an increment before any complete set', () => {
    expect(() => new AssignmentSequence().accept(incremental(0))).toThrow(SequenceGapError);
  });

  it('follows the chain', () => {
    const sequence = new AssignmentSequence();
    sequence.accept(complete(7));
    sequence.accept(incremental(7));
    expect(() => sequence.accept(incremental(8))).not.toThrow();
  });

  it('refuses a lost, a repeated and a reordered increment, and stays where it was', () => {
    const sequence = new AssignmentSequence();
    sequence.accept(complete(7));
    expect(() => sequence.accept(incremental(8))).toThrow(SequenceGapError);
    expect(() => sequence.accept(incremental(6))).toThrow(SequenceGapError);
    expect(() => sequence.accept(incremental(7))).not.toThrow();
  });

  it('a fresh sequence accepts the fresh complete set after a gap', () => {
    const first = new AssignmentSequence();
    first.accept(complete(7));
    expect(() => first.accept(incremental(9))).toThrow();
    expect(() => new AssignmentSequence().accept(complete(10))).not.toThrow();
  });
});
