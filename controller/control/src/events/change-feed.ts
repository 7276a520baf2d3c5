import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import { LOGGER } from '../config/index.js';
import type { Topic } from './topics.js';

export interface Change {
  readonly topic: Topic;
  readonly id: string;
  readonly kind: 'changed' | 'removed';
}

type Listener = (change: Change) => void;

/** Nodes report samples all the time; everything else changes when somebody or something acts. */
const GAP_MS: Partial<Record<Topic, number>> = { nodes: 250, overview: 1000 };
const DEFAULT_GAP_MS = 50;

/**
 * Says that something changed, inside this process. The first change of a key is told at once; more of them
 * within the gap fold into one at its end, with the newest kind. Changes are wake-ups: listeners read state
 * themselves and must be right after missing any of them.
 */
@Injectable()
export class ChangeFeed {
  readonly #listeners = new Set<Listener>();
  /** Keys told less than a gap ago, with what came since. */
  readonly #quiet = new Map<string, { next: Change | undefined; timer: NodeJS.Timeout }>();

  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  publish(change: Change): void {
    const key = `${change.topic} ${change.id}`;
    const quiet = this.#quiet.get(key);
    if (quiet) quiet.next = change;
    else this.#tell(key, change);
  }

  /** @returns the way to unsubscribe. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Forgets what waits. Called once, at shutdown. */
  close(): void {
    for (const { timer } of this.#quiet.values()) clearTimeout(timer);
    this.#quiet.clear();
    this.#listeners.clear();
  }

  #tell(key: string, change: Change): void {
    const timer = setTimeout(() => this.#gapOver(key), GAP_MS[change.topic] ?? DEFAULT_GAP_MS);
    timer.unref();
    this.#quiet.set(key, { next: undefined, timer });
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        this.logger.error({ err: error, topic: change.topic, id: change.id }, 'a change listener failed');
      }
    }
  }

  #gapOver(key: string): void {
    const next = this.#quiet.get(key)?.next;
    this.#quiet.delete(key);
    if (next) this.#tell(key, next);
  }
}
