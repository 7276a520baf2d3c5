import { AssignmentSequence, AssignmentSet_Kind, type AssignmentSet, type Orphan } from '@openstation/proto';
import type { EngineRecord } from '../driver/index.js';
import type { Journal } from '../journal/index.js';
import { accepted, settled } from './assignment.reconciler.js';

/**
 * The desired street's end: set → journal → runner. What a set does not mention is left alone, whatever its kind;
 * only a tombstone stops an engine.
 */
export class Assignments {
  #sequence = new AssignmentSequence();
  #turn: Promise<void> = Promise.resolve();
  /** Instances the controller spoke of in this session; undefined before the first COMPLETE set ever. */
  #mentioned: Set<string> | undefined;

  constructor(
    private readonly journal: Journal,
    private readonly wake: (instanceId: string) => void,
    private readonly forget: (instanceId: string) => void,
    /** Says once more how an instance stands. */
    private readonly repeat: (instanceId: string) => void,
    private readonly now: () => number,
  ) {}

  /** A new session starts its chain afresh. */
  beginSession(): void {
    this.#sequence = new AssignmentSequence();
  }

  /**
   * Takes one set, after those before it. Everything is journaled before anything is done.
   * @throws SequenceGapError or a journal error: both end the session, and the next one starts with the full set
   */
  accept(set: AssignmentSet): Promise<void> {
    const turn = this.#turn.then(() => this.#accept(set));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Engines of ours that the controller does not speak of. Nothing is an orphan before it has spoken. */
  orphans(engines: readonly EngineRecord[]): Orphan[] {
    const mentioned = this.#mentioned;
    if (!mentioned) return [];
    return engines
      .filter((engine) => !mentioned.has(engine.instanceId))
      .map(({ handle, instanceId, generation, engine, state }) => ({ handle, instanceId, generation, engine, running: state === 'running' }));
  }

  async #accept(set: AssignmentSet): Promise<void> {
    this.#sequence.accept(set);
    const complete = set.kind === AssignmentSet_Kind.COMPLETE;
    const mentioned = complete || !this.#mentioned ? new Set<string>() : this.#mentioned;
    const changed: string[] = [];
    for (const assignment of set.assignments) {
      mentioned.add(assignment.instanceId);
      const next = accepted(this.journal.get(assignment.instanceId), assignment, this.now());
      if (!next) {
        // Nothing new to do, but the controller may not know how it ended: an older database of it was put back.
        if (!complete) this.repeat(assignment.instanceId);
        continue;
      }
      await this.journal.put(next);
      changed.push(next.instanceId);
    }
    this.#mentioned = mentioned;
    if (complete) await this.#forgetSettled(mentioned);
    for (const instanceId of changed) this.wake(instanceId);
  }

  async #forgetSettled(mentioned: ReadonlySet<string>): Promise<void> {
    for (const instanceId of settled(this.journal.all(), mentioned)) {
      await this.journal.forget(instanceId);
      this.forget(instanceId);
    }
  }
}
