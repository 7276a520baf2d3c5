import type { ServerWritableStream } from '@grpc/grpc-js';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import type { Event, WatchEventsRequest } from '@openstation/proto';
import { LOGGER } from '../config/index.js';
import { ChangeFeed, Views, consoleTopics, isConsoleTopic, mayHear, type Change, type ConsoleTopic } from '../events/index.js';
import { ApiError } from '../http/index.js';
import { routes } from '../events/events.schema.js';
import type { KeyCaller } from '../users/index.js';
import { IntegrationDoor } from './integration-door.js';

export type EventCall = ServerWritableStream<WatchEventsRequest, Event>;

interface Reader {
  readonly topics: ReadonlySet<ConsoleTopic>;
  holder: KeyCaller;
}

/** Rights also end by time, which no event tells; a stream must end within 2 s of its key. */
const RIGHTS_MS = 1_000;
const MAX_STREAMS_PER_KEY = 20;
/** A program that lets so much pile up reads no more: it connects again and fetches lists. */
const MAX_BUFFERED = 4 * 2 ** 20;
const ROUTE = routes.events;

/** The console's event stream for programs: one read and one JSON text a change, however many listen. */
@Injectable()
export class EventWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #readers = new Map<EventCall, Reader>();
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe: () => void = () => undefined;

  constructor(
    private readonly door: IntegrationDoor,
    private readonly feed: ChangeFeed,
    private readonly views: Views,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#unsubscribe = this.feed.subscribe((change) => void this.#tell(change));
    this.#timer = setInterval(() => void this.#checkRights(), RIGHTS_MS);
  }

  beforeApplicationShutdown(): void {
    this.#unsubscribe();
    clearInterval(this.#timer);
    for (const call of this.#readers.keys()) this.#refuse(call, new ApiError('unavailable', 'the controller is stopping: connect again'));
  }

  async open(call: EventCall): Promise<void> {
    for (const event of ['cancelled', 'close', 'error']) call.once(event, () => this.#readers.delete(call));
    try {
      const topics = topicsOf(call.request.topics);
      const holder = await this.door.admit(call, ROUTE);
      if (call.cancelled || call.destroyed) return;
      if ([...this.#readers.values()].filter((reader) => reader.holder.keyId === holder.keyId).length >= MAX_STREAMS_PER_KEY) {
        throw new ApiError('too-many', `this API key watches ${MAX_STREAMS_PER_KEY} times already: end a stream first`);
      }
      this.#readers.set(call, { topics, holder });
      call.write({ topic: '', kind: 'hello', id: '', valueJson: '' });
    } catch (error) {
      this.#refuse(call, error);
    }
  }

  async #tell({ topic, id, kind }: Change): Promise<void> {
    if (!isConsoleTopic(topic)) return;
    const readers = [...this.#readers].filter(([, { topics, holder }]) => topics.has(topic) && mayHear(holder.caller.role, topic));
    if (readers.length === 0) return;
    try {
      const view = this.views.of(topic);
      const value = kind === 'changed' ? await view?.load(id) : undefined;
      const event: Event = value === undefined ? { topic, kind: 'removed', id, valueJson: '' } : { topic, kind: 'changed', id, valueJson: JSON.stringify(value) };
      for (const [call, { holder }] of readers) if (value === undefined || view?.visible?.(value, holder.caller) !== false) this.#send(call, event);
    } catch (error) {
      this.logger.warn({ err: error, topic, id }, 'a change could not be shown to programs; they see it at their next fetch');
    }
  }

  #send(call: EventCall, event: Event): void {
    if (call.cancelled || call.destroyed) return;
    call.write(event);
    if (call.writableLength > MAX_BUFFERED) this.#refuse(call, new ApiError('too-many', 'the events were not read: connect again and fetch lists'));
  }

  async #checkRights(): Promise<void> {
    for (const [call, { holder }] of this.#readers) {
      try {
        await this.door.admitAgain(holder, ROUTE);
      } catch (error) {
        // A database that does not answer says nothing about rights; the next pass asks again.
        if (error instanceof ApiError) this.#refuse(call, error);
        else this.logger.warn({ err: error }, 'rights of a watching program could not be checked; tried again');
      }
    }
  }

  #refuse(call: EventCall, error: unknown): void {
    this.#readers.delete(call);
    if (!call.destroyed && !call.cancelled) call.emit('error', this.door.refusal(error, ROUTE, call));
  }
}

/** @throws ApiError naming a topic that is none */
function topicsOf(wanted: readonly string[]): ReadonlySet<ConsoleTopic> {
  const unknown = wanted.find((topic) => !consoleTopics.includes(topic as ConsoleTopic));
  if (unknown !== undefined) throw new ApiError('bad-request', `topics: "${unknown.slice(0, 32)}" is none of ${consoleTopics.join(', ')}`, { field: 'topics' });
  return new Set(wanted.length === 0 ? consoleTopics : (wanted as ConsoleTopic[]));
}
