import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { Clock, LOGGER } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { Operations } from '../operations/index.js';
import { Revocations } from '../pki/index.js';
import { Store } from '../store/index.js';
import { isWanted, leftBehind, orderingTurn, removalSteps, type Departure, type RemovalStepId } from './departure.machine.js';
import { HeartbeatClock } from './heartbeat-clock.js';
import { MetricHistory } from './metric-history.js';
import { NodeDepartures } from './node-departures.js';
import { NodeEvents } from './node-events.js';
import { NodeOrders } from './node-orders.js';
import { NodeSessions } from './node-sessions.js';
import { NodeUses } from './node-uses.js';
import { NodeRepository } from './node.repository.js';
import type { NodeRow } from './nodes.store.js';

const RESYNC_MS = 2_000;

export interface RemovalWord {
  readonly requestId: string;
  readonly step: string;
  readonly done: boolean;
  readonly message: string;
  readonly finished: boolean;
}

/**
 * Carries removals out once the node is empty or was forced: order to the agent, its progress into the steps, then certificate
 * and row in one transaction. All it needs stands in the node's row, so a restart goes on where the last process was.
 */
@Injectable()
export class DepartureLoop implements OnApplicationBootstrap, OnModuleDestroy {
  #timer: NodeJS.Timeout | undefined;
  /** The session each order went out over: a new session is told again. */
  readonly #ordered = new Map<string, number>();
  readonly #queue = new KeyedQueue<string>(
    (nodeId) => this.#turn(nodeId),
    (nodeId, error) => this.logger.error({ err: error, nodeId }, 'a removal could not go on'),
  );
  readonly #round = new KeyedQueue<'all'>(() => this.#wakeAll(), (_, error) => this.logger.error({ err: error }, 'removals could not be listed'));

  constructor(
    private readonly store: Store,
    private readonly nodes: NodeRepository,
    private readonly uses: NodeUses,
    private readonly departures: NodeDepartures,
    private readonly orders: NodeOrders,
    private readonly operations: Operations,
    private readonly revocations: Revocations,
    private readonly heartbeats: HeartbeatClock,
    private readonly history: MetricHistory,
    private readonly events: NodeEvents,
    private readonly sessions: NodeSessions,
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.departures.onDeparture((nodeId) => this.#queue.wake(nodeId));
    this.#timer = setInterval(() => this.#round.wake('all'), RESYNC_MS);
    this.#round.wake('all');
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round.close();
    await this.#queue.close();
  }

  /** The node's agent tells how far its cleaning up is. */
  async heard(nodeId: string, { requestId, step, done, message, finished }: RemovalWord): Promise<void> {
    const departure = (await this.nodes.get(nodeId))?.departure;
    if (departure?.operationId !== requestId || departure.stage !== 'ordering') return;
    const known = removalSteps.find((one) => one === step);
    const steps = known ? [...departure.steps.filter((one) => one.step !== known), { step: known, done, message: message.slice(0, 300) }] : departure.steps;
    const change = { ...departure, steps, heardAt: this.clock.now(), agentFinished: departure.agentFinished || finished };
    await this.store.transaction((tx) => this.nodes.setDeparture(tx, nodeId, change));
    if (known) await this.operations.step(requestId, known, done ? 'succeeded' : 'running', message);
    await this.operations.progress(requestId, 10 + steps.filter((one) => one.done).length * 20, step === '' ? 'agent' : step);
    this.#queue.wake(nodeId);
  }

  async #wakeAll(): Promise<void> {
    for (const { id, departure } of await this.nodes.list()) if (departure?.kind === 'remove' && departure.stage !== 'moving') this.#queue.wake(id);
  }

  async #turn(nodeId: string): Promise<void> {
    const node = await this.nodes.get(nodeId);
    if (!node?.departure || node.departure.kind !== 'remove') return;
    if (node.departure.stage === 'ordering') await this.#order(node, node.departure);
    if (node.departure.stage === 'closing') await this.#close(node, node.departure);
  }

  async #order(node: NodeRow, departure: Departure): Promise<void> {
    const session = this.orders.session(node.id);
    const facts = { connected: session !== undefined, ordered: session !== undefined && this.#ordered.get(node.id) === session, unreachable: node.state === 'unreachable' || node.state === 'joining' };
    const turn = orderingTurn(departure, facts, this.clock.now());
    if (turn.kind === 'wait') return this.#queue.wakeLater(node.id, turn.ms);
    if (turn.kind === 'close') return this.#conclude(node, departure, turn.missing);
    // In the books they end now: what the agent stops must not be started again by its next assignments.
    await this.store.transaction((tx) => this.uses.evict(tx, node.id));
    if (session !== undefined && this.orders.remove(node.id, { requestId: departure.operationId, ...departure.orders })) this.#ordered.set(node.id, session);
    await this.operations.log(departure.operationId, 'the agent was told to clean up');
    this.#queue.wakeLater(node.id, RESYNC_MS);
  }

  /** Says of each step what became of it; then nothing is left but to close. */
  async #conclude(node: NodeRow, departure: Departure, missing: string): Promise<void> {
    for (const step of removalSteps) await this.#concludeStep(departure, step, missing);
    await this.store.transaction((tx) => this.nodes.setDeparture(tx, node.id, { ...departure, stage: 'closing', since: this.clock.now() }));
    this.#queue.wake(node.id);
  }

  async #concludeStep({ operationId, orders, steps }: Departure, step: RemovalStepId, missing: string): Promise<void> {
    if (steps.some((one) => one.step === step && one.done)) return;
    const wanted = isWanted(step, orders);
    // The agent's last word is said before it ends itself: its own end is not told any more.
    if (wanted && missing === '') return this.operations.step(operationId, step, 'succeeded', steps.find((one) => one.step === step)?.message ?? '');
    const message = wanted ? `${missing}: ${leftBehind(step, orders)}` : leftBehind(step, orders);
    await this.operations.step(operationId, step, 'skipped', message);
    if (wanted) await this.operations.log(operationId, `${step}: ${message}`, true);
  }

  async #close({ id, name }: NodeRow, { operationId, by }: Departure): Promise<void> {
    await this.operations.step(operationId, 'certificate', 'succeeded', 'the certificate is revoked');
    await this.store.transaction(async (tx) => {
      await this.uses.evict(tx, id);
      for (const room of [this.history, this.events, this.sessions]) await room.forget(tx, id);
      await this.nodes.remove(tx, id);
      await this.revocations.revoke(tx, id, `node ${name} was removed by ${by}`);
      await this.operations.succeed(tx, operationId);
      tx.afterCommit(() => {
        this.#ordered.delete(id);
        this.heartbeats.forget(id);
        this.feed.publish({ topic: 'nodes', id, kind: 'removed' });
        this.feed.publish({ topic: 'routes', id: 'nodes', kind: 'changed' });
      });
    });
    this.logger.info({ nodeId: id, nodeName: name, by }, 'node removed');
  }
}
