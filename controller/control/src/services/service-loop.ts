import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { Clock, LOGGER } from '../config/index.js';
import { ConformanceResults } from '../conformance/index.js';
import { ChangeFeed } from '../events/index.js';
import { InstanceRepository, InstanceSignals, nodeIdsOf, sameWish, type InstanceRow } from '../instances/index.js';
import { HeartbeatClock, NodeLoop, NodeRepository } from '../nodes/index.js';
import { Store, type Tx } from '../store/index.js';
import { Traffic } from '../traffic/index.js';
import { SETTLE_MS } from './drain-wait.js';
import { observedInstance } from './observed-instance.js';
import { RoomToMake } from './room-to-make.js';
import { eventOf } from './rollout-events.js';
import { ServiceEvents } from './service-events.js';
import type { CreateAction, ServiceAction } from './service-facts.js';
import { ServiceRevisions } from './service-revisions.js';
import { plan } from './service.reconciler.js';
import { effectiveSlots } from './service-slot.js';
import { ServiceRepository } from './service.repository.js';
import type { ServiceRow } from './services.store.js';

const RESYNC_MS = 10_000;
const RETRY_MS = 2_000;

/** Brings instances in line with services: wakes on every change and on a slow full round, decides in the reconciler. */
@Injectable()
export class ServiceLoop implements OnApplicationBootstrap, OnModuleDestroy {
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe: () => void = () => undefined;
  readonly #queue = new KeyedQueue<string>(
    (serviceId) => this.#reconcile(serviceId),
    (serviceId, error) => {
      this.logger.error({ err: error, serviceId }, 'service could not be reconciled');
      this.#queue.wakeLater(serviceId, RETRY_MS);
    },
  );

  readonly #round = new KeyedQueue<'all'>(() => this.#wakeAll(), (_, error) => this.logger.error({ err: error }, 'services could not be listed'));
  readonly #nodeNews = new KeyedQueue<'all'>(() => this.#tellAll(), (_, error) => this.logger.error({ err: error }, 'services could not be told of nodes'));
  #nodeStates = '';

  constructor(
    private readonly store: Store,
    private readonly services: ServiceRepository,
    private readonly revisions: ServiceRevisions,
    private readonly conformance: ConformanceResults,
    private readonly events: ServiceEvents,
    private readonly room: RoomToMake,
    private readonly traffic: Traffic,
    private readonly instances: InstanceRepository,
    private readonly nodes: NodeRepository,
    private readonly nodeLoop: NodeLoop,
    private readonly heartbeats: HeartbeatClock,
    private readonly signals: InstanceSignals,
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.signals.onService((serviceId) => this.#queue.wake(serviceId));
    this.#unsubscribe = this.feed.subscribe(({ topic, id }) => {
      // A node that turns silent or comes back changes how its services look, without a row of theirs changing.
      if (topic === 'routes' && id === 'nodes') this.#nodeNews.wake('all');
    });
    this.#timer = setInterval(() => this.#round.wake('all'), RESYNC_MS);
    this.#round.wake('all');
  }

  async onModuleDestroy(): Promise<void> {
    this.#unsubscribe();
    clearInterval(this.#timer);
    await Promise.all([this.#round.close(), this.#nodeNews.close()]);
    await this.#queue.close();
  }

  async #wakeAll(): Promise<void> {
    for (const { id } of await this.services.list()) this.#queue.wake(id);
  }

  async #tellAll(): Promise<void> {
    const now = (await this.nodes.states()).map(({ id, state }) => `${id} ${state}`).join();
    if (now === this.#nodeStates) return;
    this.#nodeStates = now;
    for (const { id } of await this.services.list()) {
      this.feed.publish({ topic: 'services', id, kind: 'changed' });
      this.#queue.wake(id);
    }
  }

  async #reconcile(serviceId: string): Promise<void> {
    const service = await this.services.get(serviceId);
    if (!service) return;
    const [rows, nodes] = await Promise.all([this.instances.ofService(serviceId), this.nodes.states()]);
    await this.#remember(service, rows);
    const now = this.clock.now();
    const surroundings = { nodes, now, makingRoom: await this.room.makingRoom(service, rows), inFlight: (id: string, since: number) => this.traffic.inFlight(id, since + SETTLE_MS) };
    const wanted = {
      slots: effectiveSlots(service), deletingAt: service.deletingAt ?? undefined, cautious: this.nodeLoop.cautious, rolloutHeld: this.#holdsRollout(rows), revision: service.revision, provenRevision: service.provenRevision ?? undefined,
      replaceAfterMs: service.replaceAfterMinutes === null ? undefined : service.replaceAfterMinutes * 60_000,
    };
    const actions = plan(wanted, rows.map((row) => observedInstance(row, service, surroundings)), now);
    const wakes = actions.flatMap((action) => (action.kind === 'wake' ? [action.at] : []));
    if (wakes.length > 0) this.#queue.wakeLater(serviceId, Math.max(50, Math.min(...wakes) - this.clock.now()));
    const effects = actions.filter(({ kind }) => kind !== 'wake');
    if (effects.length > 0) await this.#apply(service, rows, effects);
  }

  /** In its first minutes the controller goes on with a rollout as soon as it has heard everyone concerned. */
  #holdsRollout(rows: readonly InstanceRow[]): boolean {
    if (!this.nodeLoop.cautious) return false;
    return this.nodeLoop.frozen || rows.some((row) => row.desired === 'run' && nodeIdsOf(row).some((nodeId) => this.heartbeats.presence(nodeId) === undefined));
  }

  async #remember(service: ServiceRow, rows: readonly InstanceRow[]): Promise<void> {
    const first = service.readyAt === null && rows.some(({ ready }) => ready);
    const proven = service.provenRevision !== service.revision && rows.some((row) => row.readyAt !== null && sameWish(row.wish, service));
    if (!first && !proven) return;
    await this.store.transaction(async (tx) => {
      if (first) await this.services.markReady(tx, service.id);
      if (proven) await this.services.markProven(tx, service);
    });
  }

  /** All of a plan in one transaction: a replacement never exists beside what it replaces. */
  async #apply(service: ServiceRow, rows: readonly InstanceRow[], actions: readonly ServiceAction[]): Promise<void> {
    await this.store.transaction(async (tx) => {
      for (const action of actions) {
        if (action.kind === 'stop') await this.instances.setStopped(tx, action.instanceId);
        if (action.kind === 'retire') await this.instances.setRetired(tx, action.instanceId);
        if (action.kind === 'reinstate') await this.instances.reinstate(tx, action.instanceId);
        if (action.kind === 'remove-service' && !this.nodeLoop.frozen) await this.#remove(tx, service);
        if (action.kind === 'create') await this.#create(tx, service, action);
        const event = eventOf(action, service, rows);
        if (event) await this.events.record(tx, service.id, event);
      }
    });
    this.logger.info({ serviceId: service.id, actions: actions.map(({ kind }) => kind) }, 'service reconciled');
  }

  async #create(tx: Tx, service: ServiceRow, { slot: { slot, nodeIds, cards }, revision, replaces, attempt, failures }: CreateAction): Promise<void> {
    const { mode, engine, parameters, contextLength, parallel, networkInterface, needBytes } = (revision === service.revision ? undefined : await this.revisions.get(service.id, revision)) ?? service;
    await this.instances.create(tx, {
      serviceId: service.id, serviceName: service.name, modelId: service.modelId, slot, wishedNodeIds: nodeIds, revision,
      wish: { mode, engine, parameters, contextLength, parallel, networkInterface, ...(cards ? { cards } : {}) },
      previousNodeId: replaces, attempt, failures, needBytes,
    });
  }

  async #remove(tx: Tx, { id }: ServiceRow): Promise<void> {
    await this.services.remove(tx, id);
    await this.revisions.forget(tx, id);
    await this.conformance.forget(tx, id);
    await this.events.forget(tx, id);
  }
}
