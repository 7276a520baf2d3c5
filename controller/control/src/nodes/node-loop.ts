import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { Clock, LOGGER } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { HeartbeatClock } from './heartbeat-clock.js';
import { NodeRepository } from './node.repository.js';
import { brakeEngaged, nodeStateNow } from './node.machine.js';

const TURN_MS = 1_000;

/** Turns silence into node states, once a second. A row is written only when a state changes. */
@Injectable()
export class NodeLoop implements OnApplicationBootstrap, OnModuleDestroy {
  #timer: NodeJS.Timeout | undefined;
  #frozen = false;
  readonly #queue = new KeyedQueue<'all'>(
    () => this.#turn(),
    (_, error) => this.logger.error({ err: error }, 'node states could not be brought up to date'),
  );

  constructor(
    private readonly nodes: NodeRepository,
    private readonly heartbeats: HeartbeatClock,
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => this.wake(), TURN_MS);
    this.wake();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#timer);
    await this.#queue.close();
  }

  /** A node was heard that may have been thought lost: looks now instead of within a second. */
  wake(): void {
    this.#queue.wake('all');
  }

  /** So many nodes fell silent at once that the fault is probably ours: nothing irreversible is decided. */
  get frozen(): boolean {
    return this.#frozen;
  }

  async #turn(): Promise<void> {
    const nodes = await this.nodes.states();
    this.#brake(brakeEngaged(nodes.map(({ state, stateSince }) => ({ state, sinceMs: this.clock.now() - stateSince }))));
    for (const { id, name, state } of nodes) {
      const next = nodeStateNow({ state, silentMs: this.heartbeats.silentMs(id), upMs: this.heartbeats.upMs() });
      if (next === state) continue;
      await this.nodes.recordState(id, next, this.heartbeats.presence(id)?.heardAt);
      this.logger.info({ nodeId: id, nodeName: name, from: state, to: next }, 'node changed state');
      this.feed.publish({ topic: 'nodes', id, kind: 'changed' });
      this.feed.publish({ topic: 'routes', id: 'nodes', kind: 'changed' });
    }
  }

  #brake(engaged: boolean): void {
    if (engaged && !this.#frozen) this.logger.error('most nodes fell silent within a minute: decisions that cannot be undone wait');
    this.#frozen = engaged;
  }
}
