import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { Clock, LOGGER } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { HeartbeatClock } from './heartbeat-clock.js';
import { NodeEvents } from './node-events.js';
import { NodeRepository } from './node.repository.js';
import { LEARNING_MS, brakeEngaged, nodeStateNow, type NodeState } from './node.machine.js';
import type { NodeRow } from './nodes.store.js';

const TURN_MS = 1_000;
/** When a thousand agents come back at once, they are looked at together. */
const GATHER_MS = 20;

/** Turns silence into node states, once a second. A row is written only when a state changes. */
@Injectable()
export class NodeLoop implements OnApplicationBootstrap, OnModuleDestroy {
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  #brakeSince: number | undefined;
  readonly #queue = new KeyedQueue<'all'>(
    () => this.#turn(),
    (_, error) => this.logger.error({ err: error }, 'node states could not be brought up to date'),
  );

  constructor(
    private readonly nodes: NodeRepository,
    private readonly heartbeats: HeartbeatClock,
    private readonly events: NodeEvents,
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => this.#queue.wake('all'), TURN_MS);
    this.#queue.wake('all');
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    await this.#queue.close();
  }

  /** A node was heard that may have been thought lost: looks in a moment instead of within a second. */
  wake(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.#queue.wake('all');
    }, GATHER_MS);
  }

  /** Since when so many nodes are silent at once that the fault is probably ours (Unix milliseconds); undefined: they are not. */
  get brakeSince(): number | undefined {
    return this.#brakeSince;
  }

  /** The brake is on: nothing irreversible is decided. */
  get frozen(): boolean {
    return this.#brakeSince !== undefined;
  }

  /** The brake is on, or the controller started too recently to know who is there: nothing that runs is given up. */
  get cautious(): boolean {
    return this.frozen || this.heartbeats.upMs() < LEARNING_MS;
  }

  async #turn(): Promise<void> {
    const nodes = await this.nodes.list();
    const turned = await this.#states(nodes);
    await this.#brake(turned.length > 0 ? await this.nodes.list() : nodes);
  }

  async #states(nodes: readonly NodeRow[]): Promise<NodeRow[]> {
    const turned = nodes.filter((node) => this.#now(node) !== node.state);
    for (const node of turned) {
      const [next, silentMs] = [this.#now(node), this.heartbeats.silentMs(node.id)];
      if (next === node.state) continue;
      await this.nodes.recordState(node.id, next, this.heartbeats.presence(node.id)?.heardAt);
      this.logger.info({ nodeId: node.id, nodeName: node.name, from: node.state, to: next }, 'node changed state');
      this.events.note(node.id, {
        severity: severityOf(next), kind: 'state', code: `node-${next}`, message: sentence(next, node.state, silentMs),
        details: { from: node.state, to: next, ...(silentMs === undefined ? {} : { silentSeconds: Math.round(silentMs / 1000) }) },
      });
      this.feed.publish({ topic: 'nodes', id: node.id, kind: 'changed' });
      this.feed.publish({ topic: 'routes', id: 'nodes', kind: 'changed' });
    }
    return turned;
  }

  #now({ id, state }: NodeRow): NodeState {
    return nodeStateNow({ state, silentMs: this.heartbeats.silentMs(id), upMs: this.heartbeats.upMs() });
  }

  async #brake(nodes: readonly NodeRow[]): Promise<void> {
    const now = this.clock.now();
    const since = this.#brakeSince;
    const engaged = brakeEngaged(nodes.map(({ state, stateSince }) => ({ state, sinceMs: now - stateSince })), since === undefined ? undefined : now - since);
    if (engaged === this.frozen) return;
    this.#brakeSince = engaged ? now : undefined;
    const silent = nodes.filter(({ state }) => state === 'suspect' || state === 'unreachable');
    const message = engaged ? `${silent.length} of ${nodes.length} nodes fell silent within a minute: decisions that cannot be undone wait` : 'most nodes are heard again, or are away for good: decisions are taken again';
    if (engaged) this.logger.error({ silent: silent.length, nodes: nodes.length }, message);
    else this.logger.info(message);
    for (const { id } of silent) this.events.note(id, { severity: engaged ? 'error' : 'info', kind: 'cluster', code: engaged ? 'brake-engaged' : 'brake-released', message, details: { silent: silent.length, nodes: nodes.length } });
    this.feed.publish({ topic: 'overview', id: 'overview', kind: 'changed' });
  }
}

function severityOf(state: NodeState): 'info' | 'warning' | 'error' {
  if (state === 'unreachable') return 'error';
  return state === 'suspect' ? 'warning' : 'info';
}

function sentence(next: NodeState, from: NodeState, silentMs: number | undefined): string {
  if (next === 'healthy') return from === 'joining' ? 'the node is there' : 'the node is heard again';
  return silentMs === undefined ? 'nothing was heard since the controller started' : `nothing was heard for ${Math.round(silentMs / 1000)} s`;
}
