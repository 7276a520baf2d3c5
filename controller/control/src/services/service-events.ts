import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { Brackets, LessThan } from 'typeorm';
import type { z } from 'zod';
import { Clock, LOGGER } from '../config/index.js';
import { formatCursor, parseCursor } from '../http/index.js';
import { InstanceSignals, type InstanceRow, type ObservedColumns } from '../instances/index.js';
import { Store, newId, type Tx } from '../store/index.js';
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
export const EVENTS_KEEP_MS = 90 * 24 * 3_600_000;
const PRUNE_MS = 600_000;

/** What happened to services: at most 500 entries of each, none older than 90 days. */
@Injectable()
export class ServiceEvents implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  #timer: NodeJS.Timeout | undefined;
  readonly #queue = new KeyedQueue<'prune'>(() => this.prune(), (_, error) => this.logger.error({ err: error }, 'events of services could not be pruned'));

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly signals: InstanceSignals,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

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
    const query = this.store.manager.createQueryBuilder(ServiceEventRow, 'event').where('event.serviceId = :serviceId', { serviceId });
    if (before !== undefined) {
      const place = parseCursor(before);
      query.andWhere(new Brackets((older) => older.where('event.at < :at', place).orWhere('event.at = :at and event.id < :id', place)));
    }
    const rows = await query.orderBy('event.at', 'DESC').addOrderBy('event.id', 'DESC').take(limit + 1).getMany();
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return { items: rows.slice(0, limit).map(view), next: last ? formatCursor(last) : null };
  }

  async forget(tx: Tx, serviceId: string): Promise<void> {
    await tx.manager.delete(ServiceEventRow, { serviceId });
  }

  async prune(): Promise<void> {
    await this.store.transaction(({ manager }) => manager.delete(ServiceEventRow, { at: LessThan(this.clock.now() - EVENTS_KEEP_MS) }));
    const full = await this.store.manager.createQueryBuilder(ServiceEventRow, 'event').select('event.serviceId', 'serviceId').groupBy('event.serviceId').having('count(*) > :most', { most: EVENTS_PER_SERVICE }).getRawMany<{ serviceId: string }>();
    for (const { serviceId } of full) {
      const [oldest] = await this.store.manager.find(ServiceEventRow, { where: { serviceId }, order: { at: 'DESC', id: 'DESC' }, skip: EVENTS_PER_SERVICE - 1, take: 1 });
      if (!oldest) continue;
      const where = new Brackets((older) => older.where('at < :at', oldest).orWhere('at = :at and id < :id', oldest));
      await this.store.transaction(({ manager }) => manager.createQueryBuilder().delete().from(ServiceEventRow).where('serviceId = :serviceId', { serviceId }).andWhere(where).execute());
    }
  }

  /** What agents report; failures of engines that were to stop are no news. */
  async #moved(tx: Tx, row: InstanceRow, { state, ready, readyAt }: ObservedColumns): Promise<void> {
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
