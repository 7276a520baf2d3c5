import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { Brackets, LessThan } from 'typeorm';
import type { z } from 'zod';
import { Clock, LOGGER } from '../config/index.js';
import { formatCursor, parseCursor } from '../http/index.js';
import { Store, newId, type Tx } from '../store/index.js';
import { NodeEventRow } from './node-records.js';
import type { nodeEventSchema } from './nodes.schema.js';

export type NodeEventView = z.infer<typeof nodeEventSchema>;

export interface NodeEvent {
  readonly severity: NodeEventRow['severity'];
  readonly kind: 'state' | 'session' | 'gpu' | 'disk' | 'engine' | 'availability' | 'operation' | 'identity' | 'cluster';
  /** Stable machine word: alarms are built on it. */
  readonly code: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export const EVENTS_PER_NODE = 1_000;
export const EVENTS_KEEP_MS = 90 * 24 * 3_600_000;
const FLUSH_MS = 200;
const PRUNE_MS = 600_000;
const ROWS_PER_INSERT = 200;
const MAX_WAITING = 20_000;

/** What happened to nodes: at most 1,000 entries of each, none older than 90 days. */
@Injectable()
export class NodeEvents implements OnApplicationBootstrap, OnModuleDestroy {
  #waiting: NodeEventRow[] = [];
  #prune: NodeJS.Timeout | undefined;
  readonly #queue = new KeyedQueue<'flush' | 'prune'>(
    (what) => (what === 'flush' ? this.#flush() : this.prune()),
    (what, error) => this.logger.error({ err: error, what }, 'events of nodes could not be written'),
  );

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#prune = setInterval(() => this.#queue.wake('prune'), PRUNE_MS);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#prune);
    await this.#queue.close();
    await this.#flush();
  }

  /** Together with the deed it tells of. */
  async record(tx: Tx, nodeId: string, event: NodeEvent): Promise<void> {
    await tx.manager.insert(NodeEventRow, this.#row(nodeId, event));
  }

  /** Soon, in a batch: a thousand sessions that open at once are a few writes. */
  note(nodeId: string, event: NodeEvent): void {
    if (this.#waiting.length >= MAX_WAITING) this.#waiting.shift();
    this.#waiting.push(this.#row(nodeId, event));
    this.#queue.wakeLater('flush', FLUSH_MS);
  }

  async page(nodeId: string, limit: number, before: string | undefined): Promise<{ items: NodeEventView[]; next: string | null }> {
    await this.#flush();
    const query = this.store.manager.createQueryBuilder(NodeEventRow, 'event').where('event.nodeId = :nodeId', { nodeId });
    if (before !== undefined) {
      const place = parseCursor(before);
      query.andWhere(new Brackets((older) => older.where('event.at < :at', place).orWhere('event.at = :at and event.id < :id', place)));
    }
    const rows = await query.orderBy('event.at', 'DESC').addOrderBy('event.id', 'DESC').take(limit + 1).getMany();
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return { items: rows.slice(0, limit).map(view), next: last ? formatCursor(last) : null };
  }

  /** Of a node that is gone. */
  async forget(tx: Tx, nodeId: string): Promise<void> {
    this.#waiting = this.#waiting.filter((row) => row.nodeId !== nodeId);
    await tx.manager.delete(NodeEventRow, { nodeId });
  }

  async prune(): Promise<void> {
    await this.#flush();
    await this.store.transaction(({ manager }) => manager.delete(NodeEventRow, { at: LessThan(this.clock.now() - EVENTS_KEEP_MS) }));
    const full = await this.store.manager.createQueryBuilder(NodeEventRow, 'event').select('event.nodeId', 'nodeId').groupBy('event.nodeId').having('count(*) > :most', { most: EVENTS_PER_NODE }).getRawMany<{ nodeId: string }>();
    for (const { nodeId } of full) {
      const [oldest] = await this.store.manager.find(NodeEventRow, { where: { nodeId }, order: { at: 'DESC', id: 'DESC' }, skip: EVENTS_PER_NODE - 1, take: 1 });
      if (!oldest) continue;
      const where = new Brackets((older) => older.where('at < :at', oldest).orWhere('at = :at and id < :id', oldest));
      await this.store.transaction(({ manager }) => manager.createQueryBuilder().delete().from(NodeEventRow).where('nodeId = :nodeId', { nodeId }).andWhere(where).execute());
    }
  }

  async #flush(): Promise<void> {
    const rows = this.#waiting;
    this.#waiting = [];
    try {
      while (rows.length > 0) {
        const batch = rows.slice(0, ROWS_PER_INSERT);
        await this.store.transaction(({ manager }) => manager.insert(NodeEventRow, batch));
        rows.splice(0, batch.length);
      }
    } finally {
      this.#waiting = [...rows, ...this.#waiting].slice(-MAX_WAITING);
    }
  }

  #row(nodeId: string, { severity, kind, code, message, details = {} }: NodeEvent): NodeEventRow {
    return Object.assign(new NodeEventRow(), { id: newId(), nodeId, at: this.clock.now(), severity, kind, code: code.slice(0, 64), message: message.slice(0, 1000), details });
  }
}

function view({ id, at, severity, kind, code, message, details }: NodeEventRow): NodeEventView {
  return { id, at: new Date(at).toISOString(), severity, kind, code, message, details: { ...details } };
}
