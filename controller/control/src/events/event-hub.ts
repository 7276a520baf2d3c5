import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import type { z } from 'zod';
import { LOGGER } from '../config/index.js';
import { Identities, type EventStream } from '../http/index.js';
import { ChangeFeed, type Change } from './change-feed.js';
import type { eventSchema } from './events.schema.js';
import { isConsoleTopic, mayHear } from './topics.js';
import { Views } from './views.js';

type ConsoleEvent = z.infer<typeof eventSchema>;

/** How often it is checked that the sessions behind the streams still live. */
const SESSION_CHECK_MS = 15_000;

/** Sends changes to all open consoles: one read and one JSON text per change, however many listen. */
@Injectable()
export class EventHub implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #streams = new Set<EventStream>();
  #unsubscribe: () => void = () => undefined;
  #check: NodeJS.Timeout | undefined;

  constructor(
    private readonly feed: ChangeFeed,
    private readonly views: Views,
    private readonly identities: Identities,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#unsubscribe = this.feed.subscribe((change) => void this.#tell(change));
    this.#check = setInterval(() => void this.#endOverdue(), SESSION_CHECK_MS);
  }

  onApplicationShutdown(): void {
    this.#unsubscribe();
    clearInterval(this.#check);
    for (const stream of this.#streams) stream.end();
  }

  add(stream: EventStream): void {
    stream.begin();
    this.#streams.add(stream);
    stream.closed.addEventListener('abort', () => void this.#streams.delete(stream), { once: true });
    stream.send({ topic: 'hello', kind: 'changed', id: '', value: null } satisfies ConsoleEvent);
  }

  async #tell(change: Change): Promise<void> {
    const { topic, id } = change;
    if (!isConsoleTopic(topic) || this.#streams.size === 0) return;
    const listeners = [...this.#streams].filter(({ caller }) => mayHear(caller.role, topic));
    if (listeners.length === 0) return;
    try {
      const view = this.views.of(topic);
      const value = change.kind === 'changed' ? await view?.load(id) : undefined;
      const event: ConsoleEvent = value === undefined ? { topic, kind: 'removed', id, value: null } : { topic, kind: 'changed', id, value };
      const json = JSON.stringify(event);
      for (const stream of listeners) if (value === undefined || view?.visible?.(value, stream.caller) !== false) stream.sendText(json);
    } catch (error) {
      this.logger.warn({ err: error, topic, id }, 'a change could not be shown; consoles see it at their next fetch');
    }
  }

  /** Sessions also end by time, which no event tells. */
  async #endOverdue(): Promise<void> {
    for (const stream of this.#streams) {
      const { sessionId } = stream.caller;
      try {
        if (sessionId !== null && !(await this.identities.isAlive(sessionId))) stream.end();
      } catch (error) {
        this.logger.warn({ err: error }, 'a session could not be checked; tried again later');
      }
    }
  }
}
