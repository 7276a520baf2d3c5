import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { IsNull, LessThan } from 'typeorm';
import type { z } from 'zod';
import { Clock, LOGGER } from '../config/index.js';
import { ApiError } from '../http/index.js';
import { Store, type Tx } from '../store/index.js';
import { NodeSessionRow } from './node-records.js';
import type { nodeSessionSchema } from './nodes.schema.js';

export type NodeSessionView = z.infer<typeof nodeSessionSchema>;

export const SESSIONS_PER_NODE = 500;
const KEEP_MS = 90 * 24 * 3_600_000;
const PRUNE_MS = 3_600_000;

/** Sessions of nodes' agents: the newest 500 of each, none older than 90 days. */
@Injectable()
export class NodeSessions implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  #timer: NodeJS.Timeout | undefined;
  readonly #queue = new KeyedQueue<'prune'>(() => this.prune(), (_, error) => this.logger.error({ err: error }, 'old sessions could not be deleted'));

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** No session survives the process that served it. */
  async onModuleInit(): Promise<void> {
    await this.store.transaction(({ manager }) => manager.update(NodeSessionRow, { closedAt: IsNull() }, { closedAt: this.clock.now(), reason: 'controller-stopped' }));
  }

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => this.#queue.wake('prune'), PRUNE_MS);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#timer);
    await this.#queue.close();
  }

  async opened(tx: Tx, session: { nodeId: string; number: number; agentVersion: string; address: string }): Promise<void> {
    const { nodeId, number, agentVersion, address } = session;
    await tx.manager.insert(NodeSessionRow, { nodeId, number, agentVersion: agentVersion.slice(0, 64), address: address.slice(0, 64), openedAt: this.clock.now(), closedAt: null, reason: '' });
  }

  /** @param reason a machine word: "displaced", "connection-lost", "agent-left" … */
  async closed(nodeId: string, number: number, reason: string): Promise<void> {
    await this.store.transaction(({ manager }) => manager.update(NodeSessionRow, { nodeId, number, closedAt: IsNull() }, { closedAt: this.clock.now(), reason: reason.slice(0, 64) }));
  }

  /** Pages by the session's number. @throws ApiError `bad-request` for a cursor that is none */
  async page(nodeId: string, limit: number, before: string | undefined): Promise<{ items: NodeSessionView[]; next: string | null }> {
    if (before !== undefined && !/^\d{1,10}$/.test(before)) throw new ApiError('bad-request', 'before: is not a `next` of an earlier page', { field: 'before' });
    const older = before === undefined ? {} : { number: LessThan(Number(before)) };
    const rows = await this.store.manager.find(NodeSessionRow, { where: { nodeId, ...older }, order: { number: 'DESC' }, take: limit + 1 });
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return { items: rows.slice(0, limit).map(view), next: last ? String(last.number) : null };
  }

  /** Of a node that is gone. */
  async forget(tx: Tx, nodeId: string): Promise<void> {
    await tx.manager.delete(NodeSessionRow, { nodeId });
  }

  async prune(): Promise<void> {
    await this.store.transaction(({ manager }) => manager.delete(NodeSessionRow, { openedAt: LessThan(this.clock.now() - KEEP_MS) }));
    const newest = await this.store.manager.createQueryBuilder(NodeSessionRow, 'session').select('session.nodeId', 'nodeId').addSelect('max(session.number)', 'number').groupBy('session.nodeId').having('count(*) > :most', { most: SESSIONS_PER_NODE }).getRawMany<{ nodeId: string; number: number | string }>();
    for (const { nodeId, number } of newest) {
      await this.store.transaction(({ manager }) => manager.delete(NodeSessionRow, { nodeId, number: LessThan(Number(number) - SESSIONS_PER_NODE + 1) }));
    }
  }
}

function view({ number, openedAt, closedAt, agentVersion, address, reason }: NodeSessionRow): NodeSessionView {
  return { number, openedAt: new Date(openedAt).toISOString(), closedAt: closedAt === null ? null : new Date(closedAt).toISOString(), agentVersion, address, reason };
}
