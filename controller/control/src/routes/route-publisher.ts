import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { RouteTable } from '@openstation/proto';
import { Clock, LOGGER } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { Authority } from '../pki/index.js';
import { Keys } from '../users/index.js';
import { buildRouteTable } from './build-route-table.js';
import { RouteSource } from './route-source.js';

const RETRY_MS = 500;
/** Looks again without being told, so that a lost wake-up costs seconds and not a wrong table for ever. */
const RESYNC_MS = 10_000;

type Subscriber = (table: RouteTable) => void;

/**
 * Keeps the newest route table and hands every new one to the subscribers. Anything that gateways must know
 * wakes it; it then reads everything again, and publishes only what differs.
 */
@Injectable()
export class RoutePublisher implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #subscribers = new Set<Subscriber>();
  readonly #queue: KeyedQueue<'table'>;
  #current: RouteTable | undefined;
  #currentBytes = Buffer.alloc(0);
  #resync: NodeJS.Timeout | undefined;
  #unsubscribe: () => void = () => undefined;

  constructor(
    private readonly source: RouteSource,
    private readonly keys: Keys,
    private readonly authority: Authority,
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#queue = new KeyedQueue<'table'>(() => this.#rebuild(), (_, error) => this.#failed(error));
  }

  onApplicationBootstrap(): void {
    this.#unsubscribe = this.feed.subscribe(({ topic }) => {
      if (topic === 'routes' || topic === 'services') this.#queue.wake('table');
    });
    this.#resync = setInterval(() => this.#queue.wake('table'), RESYNC_MS);
    this.#queue.wake('table');
  }

  async onApplicationShutdown(): Promise<void> {
    this.#unsubscribe();
    clearInterval(this.#resync);
    await this.#queue.close();
  }

  /** Gives the current table at once when there is one, and every later one. @returns the way to stop. */
  subscribe(subscriber: Subscriber): () => void {
    this.#subscribers.add(subscriber);
    if (this.#current) subscriber(this.#current);
    return () => void this.#subscribers.delete(subscriber);
  }

  async #rebuild(): Promise<void> {
    const [routes, keys] = await Promise.all([this.source.routes(), this.keys.forGateways()]);
    const table = buildRouteTable(this.authority.clusterId, routes, keys);
    const bytes = Buffer.from(RouteTable.encode(table).finish());
    if (this.#current && bytes.equals(this.#currentBytes)) return;
    // Versions grow over restarts too, because they start at the clock.
    const version = Math.max((this.#current?.version ?? 0) + 1, this.clock.now());
    this.#current = { ...table, version };
    this.#currentBytes = bytes;
    this.logger.info({ version, routes: table.routes.length, keys: table.keys.length, gateways: this.#subscribers.size }, 'route table published');
    for (const subscriber of this.#subscribers) subscriber(this.#current);
  }

  #failed(error: unknown): void {
    this.logger.error({ err: error }, 'the route table could not be built; gateways keep the last one');
    this.#queue.wakeLater('table', RETRY_MS);
  }
}
