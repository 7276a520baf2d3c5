import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { z } from 'zod';
import { In } from 'typeorm';
import { Clock } from '../config/index.js';
import { ChangeFeed, Views } from '../events/index.js';
import { Store, newId, type Tx } from '../store/index.js';
import type { logLineSchema, operationSchema } from './operations.schema.js';
import { OperationLineRow, OperationRow } from './operations.store.js';

export type OperationView = z.infer<typeof operationSchema>;
export type LogLineView = z.infer<typeof logLineSchema>;

const SHOWN = 200;
const MAX_LINES = 20_000;

/** Long jobs: one row each, with a log. The room that runs the job is the only writer of its row, through these verbs. */
@Injectable()
export class Operations implements OnModuleInit {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly feed: ChangeFeed,
    private readonly views: Views,
  ) {}

  onModuleInit(): void {
    this.views.register('operations', (id) => this.get(id));
  }

  /** Starts one inside the transaction of the deed that asked for it. */
  async start(tx: Tx, job: { kind: OperationRow['kind']; subjectId: string; title: string; startedBy: string }): Promise<string> {
    const id = newId();
    const row = { ...job, id, state: 'running' as const, percent: 0, phase: '', failure: null, startedAt: this.clock.now(), finishedAt: null, lines: 0 };
    await tx.manager.insert(OperationRow, row);
    tx.afterCommit(() => this.#changed(id));
    return id;
  }

  /** Percent only rises. */
  async progress(id: string, percent: number, phase: string): Promise<void> {
    const whole = Math.max(0, Math.min(99, Math.floor(percent)));
    await this.store.transaction(async ({ manager, afterCommit }) => {
      const row = await manager.findOneBy(OperationRow, { id, state: 'running' });
      if (!row || (row.percent >= whole && row.phase === phase)) return;
      await manager.update(OperationRow, { id }, { percent: Math.max(row.percent, whole), phase });
      afterCommit(() => this.#changed(id));
    });
  }

  async log(id: string, line: string, error = false): Promise<void> {
    await this.store.transaction(async ({ manager }) => {
      await manager.increment(OperationRow, { id }, 'lines', 1);
      const row = await manager.findOneBy(OperationRow, { id });
      if (!row || row.lines > MAX_LINES) return;
      await manager.insert(OperationLineRow, { operationId: id, number: row.lines, at: this.clock.now(), text: line.slice(0, 2000), error });
    });
  }

  async succeed(tx: Tx, id: string): Promise<void> {
    await tx.manager.update(OperationRow, { id, state: 'running' }, { state: 'succeeded', percent: 100, phase: 'done', finishedAt: this.clock.now() });
    tx.afterCommit(() => this.#changed(id));
  }

  async fail(tx: Tx, id: string, failure: string): Promise<void> {
    await tx.manager.update(OperationRow, { id, state: In(['queued', 'running']) }, { state: 'failed', failure: failure.slice(0, 1000), finishedAt: this.clock.now() });
    tx.afterCommit(() => this.#changed(id));
  }

  /** Those that a stop of the controller cut off. */
  unfinished(kind: OperationRow['kind']): Promise<OperationRow[]> {
    return this.store.manager.findBy(OperationRow, { kind, state: In(['queued', 'running']) });
  }

  async list(): Promise<OperationView[]> {
    const rows = await this.store.manager.find(OperationRow, { order: { startedAt: 'DESC', id: 'DESC' }, take: SHOWN });
    return rows.map(operationView);
  }

  async get(id: string): Promise<OperationView | undefined> {
    const row = await this.store.manager.findOneBy(OperationRow, { id });
    return row ? operationView(row) : undefined;
  }

  async lines(id: string): Promise<LogLineView[]> {
    const rows = await this.store.manager.find(OperationLineRow, { where: { operationId: id }, order: { number: 'ASC' } });
    return rows.map(({ number, at, text, error }) => ({ number, at: new Date(at).toISOString(), text, error }));
  }

  #changed(id: string): void {
    this.feed.publish({ topic: 'operations', id, kind: 'changed' });
  }
}

export function operationView({ id, kind, subjectId, title, state, percent, phase, failure, startedAt, finishedAt, startedBy }: OperationRow): OperationView {
  const iso = (at: number) => new Date(at).toISOString();
  return { id, kind, subjectId, title, state, percent, phase, failure, startedAt: iso(startedAt), finishedAt: finishedAt === null ? null : iso(finishedAt), startedBy };
}
