import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { setImmediate as others } from 'node:timers/promises';
import { Between, LessThan } from 'typeorm';
import type { z } from 'zod';
import { Clock, LOGGER } from '../config/index.js';
import { Store, type Tx } from '../store/index.js';
import { MetricRing } from './metric-ring.js';
import { GPU_METRICS, Gathered, NODE_METRICS, TIERS, measured, orNaN, stored, windowOf, type Measured, type MetricTier, type Window } from './metric-tiers.js';
import type { NodeSample } from './node-inventory.js';
import { NodeHistoryRow, type StoredMetrics } from './node-records.js';
import type { historySchema } from './nodes.schema.js';

export type HistoryView = z.infer<typeof historySchema>;

const FLUSH_MS = 15_000;
const PRUNE_MS = 600_000;
const ROWS_PER_INSERT = 200;
/** Rows that wait while the database is away: an hour of a thousand nodes. The oldest are dropped beyond it. */
const MAX_WAITING = 60_000;

interface Open {
  readonly at: number;
  readonly gathered: Gathered;
}

/**
 * Measurements over time: every sample of the last hour in memory, averages and maxima per step in the database, for as long
 * as metric-tiers.ts says. A step is written once, when it is over; what the controller did not hear (it was down, the node
 * was silent) is a gap, not a zero. A step in which the controller started holds what was heard since.
 */
@Injectable()
export class MetricHistory implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #rings = new Map<string, MetricRing>();
  /** Steps under way, by tier and node. */
  readonly #open = TIERS.map(() => new Map<string, Open>());
  #waiting: NodeHistoryRow[] = [];
  #timers: NodeJS.Timeout[] = [];
  readonly #queue = new KeyedQueue<'flush' | 'prune'>(
    (what) => (what === 'flush' ? this.flush() : this.prune()),
    (what, error) => this.logger.error({ err: error, what }, 'measurements could not be kept'),
  );

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#timers = [setInterval(() => this.#queue.wake('flush'), FLUSH_MS), setInterval(() => this.#queue.wake('prune'), PRUNE_MS)];
  }

  async onModuleDestroy(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#queue.close();
    await this.flush();
  }

  add(nodeId: string, sample: NodeSample): void {
    const values = measured(sample);
    let ring = this.#rings.get(nodeId);
    if (!ring) this.#rings.set(nodeId, (ring = new MetricRing()));
    ring.add(sample.at, values);
    TIERS.forEach((tier, index) => this.#gather(nodeId, sample.at, values, tier, index));
  }

  /** Answers with at most `points` steps, oldest first. */
  async read(nodeId: string, minutes: number, points: number): Promise<HistoryView> {
    const window = windowOf(minutes, points, this.clock.now());
    const steps = Array.from({ length: window.steps }, () => new Gathered());
    const into = (at: number) => steps[Math.floor((at - window.fromMs) / window.stepMs)];
    const ring = window.tier ? undefined : this.#rings.get(nodeId);
    const ringFrom = window.tier ? Infinity : Math.max(window.fromMs, ring?.oldest ?? Infinity);
    const tier = window.tier ?? TIERS[0];
    if (tier && window.fromMs < ringFrom) {
      const rowMs = tier.stepSeconds * 1000;
      for (const row of await this.#rows(nodeId, tier, window.fromMs - rowMs)) {
        // A stored step may cover several of the answer's.
        const until = Math.min(row.at + rowMs, ringFrom);
        for (let at = Math.max(row.at, window.fromMs); at < until; at += window.stepMs) into(at)?.add(read(row.metrics, 0), read(row.metrics, 1), row.samples);
      }
    }
    for (const { at, values } of ring?.since(ringFrom) ?? []) into(at)?.add(values);
    return view(window, steps);
  }

  /** Closes steps that are over and writes everything that waits. */
  async flush(): Promise<void> {
    const now = this.clock.now();
    TIERS.forEach((tier, index) => {
      for (const [nodeId, open] of this.#open[index] ?? []) if (open.at + tier.stepSeconds * 1000 <= now) this.#close(nodeId, tier, index);
    });
    const rows = this.#waiting;
    this.#waiting = [];
    try {
      while (rows.length > 0) {
        const batch = rows.slice(0, ROWS_PER_INSERT);
        // A clock that was set back writes a step twice: the first word stands.
        await this.store.transaction(({ manager }) => manager.createQueryBuilder().insert().into(NodeHistoryRow).values(batch).orIgnore().updateEntity(false).execute());
        rows.splice(0, batch.length);
        // A thousand nodes end their steps together, and SQLite does not wait: others have their turn between.
        await others();
      }
    } finally {
      this.#waiting = [...rows, ...this.#waiting].slice(-MAX_WAITING);
    }
  }

  async prune(): Promise<void> {
    for (const { stepSeconds, keepMs } of TIERS) {
      await this.store.transaction(({ manager }) => manager.delete(NodeHistoryRow, { stepSeconds, at: LessThan(this.clock.now() - keepMs) }));
    }
  }

  /** Of a node that is gone. */
  async forget(tx: Tx, nodeId: string): Promise<void> {
    await tx.manager.delete(NodeHistoryRow, { nodeId });
    tx.afterCommit(() => {
      this.#rings.delete(nodeId);
      for (const open of this.#open) open.delete(nodeId);
      this.#waiting = this.#waiting.filter((row) => row.nodeId !== nodeId);
    });
  }

  #gather(nodeId: string, at: number, values: Measured, tier: MetricTier, index: number): void {
    const start = Math.floor(at / (tier.stepSeconds * 1000)) * tier.stepSeconds * 1000;
    const nodes = this.#open[index];
    if (nodes?.get(nodeId)?.at !== start) {
      this.#close(nodeId, tier, index);
      nodes?.set(nodeId, { at: start, gathered: new Gathered() });
    }
    nodes?.get(nodeId)?.gathered.add(values);
  }

  #close(nodeId: string, { stepSeconds }: MetricTier, index: number): void {
    const open = this.#open[index]?.get(nodeId);
    if (!open) return;
    this.#open[index]?.delete(nodeId);
    this.#waiting.push(row(nodeId, stepSeconds, open));
  }

  async #rows(nodeId: string, { stepSeconds }: MetricTier, fromMs: number): Promise<NodeHistoryRow[]> {
    const written = await this.store.manager.find(NodeHistoryRow, { where: { nodeId, stepSeconds, at: Between(fromMs, this.clock.now()) }, order: { at: 'ASC' } });
    const open = this.#open[TIERS.findIndex((tier) => tier.stepSeconds === stepSeconds)]?.get(nodeId);
    const fresh = [...this.#waiting.filter((one) => one.nodeId === nodeId && one.stepSeconds === stepSeconds), ...(open ? [row(nodeId, stepSeconds, open)] : [])];
    return [...written, ...fresh.filter(({ at }) => !written.some((one) => one.at === at))];
  }
}

function row(nodeId: string, stepSeconds: number, { at, gathered }: Open): NodeHistoryRow {
  const [average, maximum] = [gathered.average(), gathered.maximum()];
  const pairs = (values: readonly number[], maxima: readonly number[]) => [...stored(values), ...stored(maxima)];
  const metrics: StoredMetrics = {
    node: pairs(average.node, maximum.node),
    gpus: Object.fromEntries([...average.gpus].map(([uuid, values]) => [uuid, pairs(values, maximum.gpus.get(uuid) ?? [])])),
  };
  return Object.assign(new NodeHistoryRow(), { nodeId, stepSeconds, at, samples: gathered.samples, metrics });
}

/** The averages (half 0) or maxima (half 1) of a stored step. */
function read({ node, gpus }: StoredMetrics, half: 0 | 1): Measured {
  const part = (values: readonly (number | null)[]) => values.slice((half * values.length) / 2, ((half + 1) * values.length) / 2).map(orNaN);
  return { node: part(node), gpus: new Map(Object.entries(gpus).map(([uuid, values]) => [uuid, part(values)])) };
}

function view({ fromMs, stepMs }: Window, steps: readonly Gathered[]): HistoryView {
  const averages = steps.map((step) => step.average());
  const maxima = steps.map((step) => step.maximum());
  const cards = [...new Set(steps.flatMap(({ gpus }) => [...gpus.keys()]))];
  const seriesOf = (metric: string, gpuUuid: string | null, pick: (from: Measured) => number | undefined) => ({
    metric, gpuUuid, values: stored(averages.map((one) => orNaN(pick(one)))), max: stored(maxima.map((one) => orNaN(pick(one)))),
  });
  return {
    stepSeconds: stepMs / 1000,
    at: steps.map((_, index) => new Date(fromMs + index * stepMs).toISOString()),
    series: [
      ...NODE_METRICS.map((metric, index) => seriesOf(metric, null, ({ node }) => node[index])),
      ...cards.flatMap((uuid) => GPU_METRICS.map((metric, index) => seriesOf(metric, uuid, ({ gpus }) => gpus.get(uuid)?.[index]))),
    ],
  };
}
