import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import type { z } from 'zod';
import { Clock, LOGGER } from '../config/index.js';
import { Store, newId, type Tx } from '../store/index.js';
import { Timeline } from '../timeline/index.js';
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
const FLUSH_MS = 200;
const PRUNE_MS = 600_000;
const ROWS_PER_INSERT = 200;
const MAX_WAITING = 20_000;

/** What happened to nodes: at most 1,000 entries of each, none older than 90 days. */
@Injectable()
export class NodeEvents implements OnApplicationBootstrap, OnModuleDestroy {
  #waiting: NodeEventRow[] = [];
  #prune: NodeJS.Timeout | undefined;
  readonly #timeline: Timeline<NodeEventRow>;
  readonly #queue = new KeyedQueue<'flush' | 'prune'>(
    (what) => (what === 'flush' ? this.#flush() : this.prune()),
    (what, error) => this.logger.error({ err: error, what }, 'events of nodes could not be written'),
  );

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#timeline = new Timeline(store, clock, { entity: NodeEventRow, owner: 'nodeId', most: EVENTS_PER_NODE });
  }

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
    const { rows, next } = await this.#timeline.page(nodeId, limit, before);
    return { items: rows.map(view), next };
  }

  /** Of a node that is gone. */
  async forget(tx: Tx, nodeId: string): Promise<void> {
    this.#waiting = this.#waiting.filter((row) => row.nodeId !== nodeId);
    await this.#timeline.forget(tx, nodeId);
  }

  async prune(): Promise<void> {
    await this.#flush();
    await this.#timeline.prune();
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
