import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { LOGGER } from '../config/index.js';
import { ChangeFeed, type Change } from '../events/index.js';
import { ApiError } from '../http/index.js';
import { ServiceViews } from '../services/index.js';
import { routes } from '../services/services.schema.js';
import { IntegrationDoor } from './integration-door.js';
import { ServiceStream, seen, type WatchCall } from './service-stream.js';
import { serviceToWire } from './wire/services.js';

/** Rights also end by time, which no event tells; a stream must end within 2 s of its key. */
const RIGHTS_MS = 1_000;
/** Changes are only wake-ups: this pass finds what they missed. */
const RESYNC_MS = 30_000;
const RETRY_MS = 1_000;
/** One program needs one stream; a few more are instances of it. */
const MAX_STREAMS_PER_KEY = 20;
const ROUTE = routes.listServices;

type Job = 'rights' | 'resync' | { readonly serviceId: string };

/** Shows services to all who watch them: one read per change, however many watch. */
@Injectable()
export class ServiceWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #streams = new Map<WatchCall, ServiceStream>();
  readonly #services: KeyedQueue<string>;
  readonly #passes: KeyedQueue<'rights' | 'resync'>;
  readonly #timers: NodeJS.Timeout[] = [];
  #unsubscribe: () => void = () => undefined;

  constructor(
    private readonly door: IntegrationDoor,
    private readonly views: ServiceViews,
    private readonly feed: ChangeFeed,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#services = new KeyedQueue((id) => this.#show(id), (serviceId, error) => {
      this.#failed({ serviceId }, error);
      this.#services.wakeLater(serviceId, RETRY_MS);
    });
    this.#passes = new KeyedQueue((pass) => (pass === 'rights' ? this.#checkRights() : this.#resync()), (pass, error) => this.#failed(pass, error));
  }

  onApplicationBootstrap(): void {
    this.#unsubscribe = this.feed.subscribe((change) => this.#heard(change));
    this.#timers.push(setInterval(() => this.#passes.wake('rights'), RIGHTS_MS), setInterval(() => this.#passes.wake('resync'), RESYNC_MS));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#unsubscribe();
    for (const timer of this.#timers) clearInterval(timer);
    for (const call of this.#streams.keys()) this.#refuse(call, new ApiError('unavailable', 'the controller is stopping: connect again'));
    await Promise.all([this.#services.close(), this.#passes.close()]);
  }

  async open(call: WatchCall): Promise<void> {
    for (const event of ['cancelled', 'close', 'error']) call.once(event, () => this.#streams.delete(call));
    try {
      const holder = await this.door.admit(call, ROUTE);
      if (call.cancelled || call.destroyed) return;
      if ([...this.#streams.values()].filter((stream) => stream.holder.keyId === holder.keyId).length >= MAX_STREAMS_PER_KEY) {
        throw new ApiError('too-many', `this API key watches ${MAX_STREAMS_PER_KEY} times already: end a stream first`);
      }
      const stream = new ServiceStream(call, holder, (id) => this.#services.wake(id));
      // Before the list is read, so that no change falls between the two.
      this.#streams.set(call, stream);
      const list = await this.views.list();
      if (this.#streams.has(call)) stream.begin(list.map((view) => seen(serviceToWire(view))));
    } catch (error) {
      this.#refuse(call, error);
    }
  }

  #heard({ topic, id }: Change): void {
    if (this.#streams.size === 0) return;
    if (topic === 'services') this.#services.wake(id);
    if (topic === 'keys' || topic === 'users') this.#passes.wake('rights');
  }

  async #show(serviceId: string): Promise<void> {
    if (this.#streams.size === 0) return;
    const view = await this.views.get(serviceId);
    const now = view && seen(serviceToWire(view));
    for (const stream of this.#streams.values()) stream.offer(serviceId, now);
  }

  async #checkRights(): Promise<void> {
    for (const [call, { holder }] of this.#streams) {
      try {
        await this.door.admitAgain(holder, ROUTE);
      } catch (error) {
        // A database that does not answer says nothing about rights; the next pass asks again.
        if (error instanceof ApiError) this.#refuse(call, error);
        else this.#failed('rights', error);
      }
    }
  }

  async #resync(): Promise<void> {
    if (this.#streams.size === 0) return;
    const all = new Map((await this.views.list()).map((view) => [view.id, seen(serviceToWire(view)).bytes]));
    // What differs is read again, because the list may be older than what was shown meanwhile.
    for (const stream of this.#streams.values()) for (const id of stream.differences(all)) this.#services.wake(id);
  }

  #refuse(call: WatchCall, error: unknown): void {
    this.#streams.delete(call);
    if (!call.destroyed && !call.cancelled) call.emit('error', this.door.refusal(error, ROUTE, call));
  }

  #failed(job: Job, error: unknown): void {
    this.logger.warn({ err: error, job }, 'watched services could not be read; tried again');
  }
}
