import { AssignmentSet_Kind, type AssignmentSet } from './gen/openstation/v1/dispatcher.pb.js';

/** A set that does not follow the last one. The session must end; the next one starts with COMPLETE. */
export class SequenceGapError extends Error {
  constructor(readonly expected: number, readonly got: number) {
    super(`assignment sequence gap: expected a set that applies to ${expected}, got ${got}`);
  }
}

/**
 * Follows the chain `COMPLETE → INCREMENTAL → …` of one session. Make a new one for every session:
 * nothing of the old chain may survive, or the fresh COMPLETE would not match.
 */
export class AssignmentSequence {
  #position: number | undefined;

  /**
   * Accepts the next set.
   * @throws SequenceGapError when it does not apply to the position reached.
   */
  accept(set: Pick<AssignmentSet, 'kind' | 'appliesTo' | 'resultsIn'>): void {
    const complete = set.kind === AssignmentSet_Kind.COMPLETE;
    const expected = this.#position;
    if (!complete && (expected === undefined || set.appliesTo !== expected)) {
      throw new SequenceGapError(expected ?? -1, set.appliesTo);
    }
    this.#position = set.resultsIn;
  }
}
