import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import type { z } from 'zod';
import { Clock, LOGGER } from '../config/index.js';
import { InstanceSignals, type InstanceRow, type InstanceNews } from '../instances/index.js';
import { Store, newId, type Tx } from '../store/index.js';
import { Timeline } from '../timeline/index.js';
import type { serviceEventSchema } from './services.schema.js';
import { ServiceEventRow } from './services.store.js';

export type ServiceEventView = z.infer<typeof serviceEventSchema>;

export interface ServiceEvent {
  readonly severity?: ServiceEventRow['severity'];
  /** Stable machine word. */
  readonly code: string;
  readonly message: string;
  readonly instanceId?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export const EVENTS_PER_SERVICE = 500;
const PRUNE_MS = 600_000;

/** What happened to services: at most 500 entries of each, none older than 90 days. */
@Injectable()
export class ServiceEvents implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  #timer: NodeJS.Timeout | undefined;
  readonly #timeline: Timeline<ServiceEventRow>;
  readonly #queue = new KeyedQueue<'prune'>(() => this.prune(), (_, error) => this.logger.error({ err: error }, 'events of services could not be pruned'));

  constructor(
    store: Store,
    private readonly clock: Clock,
    private readonly signals: InstanceSignals,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#timeline = new Timeline(store, clock, { entity: ServiceEventRow, owner: 'serviceId', most: EVENTS_PER_SERVICE });
  }

  onModuleInit(): void {
    this.signals.onMoved((tx, row, news) => this.#moved(tx, row, news));
  }

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => this.#queue.wake('prune'), PRUNE_MS);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#timer);
    await this.#queue.close();
  }

  /** Together with the deed it tells of. */
  async record(tx: Tx, serviceId: string, { severity = 'info', code, message, instanceId, details = {} }: ServiceEvent): Promise<void> {
    const row = Object.assign(new ServiceEventRow(), { id: newId(), serviceId, at: this.clock.now(), severity, code, message: message.slice(0, 1000), instanceId: instanceId ?? null, details });
    await tx.manager.insert(ServiceEventRow, row);
  }

  async page(serviceId: string, limit: number, before: string | undefined): Promise<{ items: ServiceEventView[]; next: string | null }> {
    const { rows, next } = await this.#timeline.page(serviceId, limit, before);
    return { items: rows.map(view), next };
  }

  forget(tx: Tx, serviceId: string): Promise<void> {
    return this.#timeline.forget(tx, serviceId);
  }

  prune(): Promise<void> {
    return this.#timeline.prune();
  }

  /** What agents report; failures of engines that were to stop are no news. */
  async #moved(tx: Tx, row: InstanceRow, { state, ready, readyAt }: InstanceNews): Promise<void> {
    if (row.desired !== 'run') return;
    const about = { instanceId: row.id, details: { slot: row.slot, revision: row.revision, nodeId: row.nodeId } };
    const name = `instance ${row.slot + 1}`;
    if (state === 'failed') await this.record(tx, row.serviceId, { ...about, severity: 'error', code: 'instance-failed', message: `${name} failed (${row.reason || 'unknown'})${row.message === '' ? '' : `: ${row.message}`}` });
    else if (readyAt !== undefined && ready) await this.record(tx, row.serviceId, { ...about, code: 'instance-ready', message: `${name} is ready (revision ${row.revision})` });
  }
}

function view({ id, at, severity, code, message, instanceId, details }: ServiceEventRow): ServiceEventView {
  return { id, at: new Date(at).toISOString(), severity, code, message, instanceId, details: { ...details } };
}
