import { AssignmentSet, AssignmentSet_Kind, Desired, type Assignment } from '@openstation/proto';
import type { InstanceRow } from '../instances/index.js';

/**
 * What one session of a node was told so far: first everything (COMPLETE), then what changed (INCREMENTAL), each
 * set naming the one it builds on. Made new for every session. Pure.
 */
export class AssignmentChain {
  #position = 0;
  #told: Map<string, number> | undefined;

  /** Whether the node was not told of all of this yet. */
  isBehind(rows: readonly Pick<InstanceRow, 'id' | 'generation'>[]): boolean {
    const told = this.#told;
    return told === undefined || rows.some(({ id, generation }) => told.get(id) !== generation);
  }

  /** The next set to send; undefined when the node knows all of it already. */
  next(rows: readonly Pick<InstanceRow, 'id' | 'generation' | 'desired' | 'intent'>[]): AssignmentSet | undefined {
    const told = this.#told;
    const news = told ? rows.filter(({ id, generation }) => told.get(id) !== generation) : rows;
    if (told && news.length === 0) return undefined;
    this.#told = new Map(rows.map(({ id, generation }) => [id, generation]));
    const appliesTo = this.#position;
    this.#position += 1;
    return { kind: told ? AssignmentSet_Kind.INCREMENTAL : AssignmentSet_Kind.COMPLETE, appliesTo, resultsIn: this.#position, assignments: news.map(assignment) };
  }
}

function assignment({ id, generation, desired, intent }: Pick<InstanceRow, 'id' | 'generation' | 'desired' | 'intent'>): Assignment {
  const run = desired === 'run' && intent !== null;
  return { instanceId: id, generation, desired: run ? Desired.RUN : Desired.STOP, intent: run ? intent : undefined };
}
