import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { z } from 'zod';
import { In, MoreThan } from 'typeorm';
import { Clock } from '../config/index.js';
import { ChangeFeed, Views } from '../events/index.js';
import { Store, newId, type Tx } from '../store/index.js';
import type { logLineSchema, operationSchema } from './operations.schema.js';
import { OperationLineRow, OperationRow, type OperationDeed, type OperationKind, type OperationState, type OperationStep } from './operations.store.js';

export type OperationView = z.infer<typeof operationSchema>;
export type LogLineView = z.infer<typeof logLineSchema>;
export type Transfer = NonNullable<OperationView['transfer']>;

const SHOWN = 200;
const MAX_LINES = 20_000;
const OPEN: readonly OperationState[] = ['queued', 'running', 'waiting', 'paused'];

export interface Job {
  readonly kind: OperationKind;
  readonly subjectId: string;
  readonly title: string;
  readonly startedBy: string;
  /** Ids of its steps, in order; none when it has no named ones. */
  readonly steps?: readonly string[];
  readonly state?: 'queued' | 'running';
  readonly can?: readonly OperationDeed[];
}

/** How a job goes on after a word of its room: only what is given changes. */
export interface Turn {
  readonly state?: Exclude<OperationState, 'succeeded' | 'failed' | 'cancelled'>;
  readonly phase?: string;
  readonly can?: readonly OperationDeed[];
}

/** Long jobs: one row each, with a log. The room that runs the job is the only writer of its row, through these verbs. */
@Injectable()
export class Operations implements OnModuleInit {
  readonly #transfers = new Map<string, Transfer>();

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
  async start(tx: Tx, { kind, subjectId, title, startedBy, steps = [], state = 'running', can = [] }: Job): Promise<string> {
    const id = newId();
    await tx.manager.insert(OperationRow, {
      id, kind, subjectId, title, startedBy, state, percent: 0, phase: '', steps: steps.map(pendingStep), can: [...can],
      failure: null, failureCode: null, attempt: 1, startedAt: this.clock.now(), finishedAt: null, lines: 0,
    });
    tx.afterCommit(() => this.#changed(id));
    return id;
  }

  /** Percent only rises. */
  async progress(id: string, percent: number, phase: string): Promise<void> {
    const exact = Math.max(0, Math.min(99.99, Math.floor(percent * 100) / 100));
    await this.store.transaction(async ({ manager, afterCommit }) => {
      const row = await manager.findOneBy(OperationRow, { id, state: 'running' });
      if (!row || (row.percent >= exact && row.phase === phase)) return;
      await manager.update(OperationRow, { id }, { percent: Math.max(row.percent, exact), phase });
      afterCommit(() => this.#changed(id));
    });
  }

  /** Speed and remaining time, kept in memory only: they mean nothing after a restart. Null ends them. */
  transferring(id: string, transfer: Transfer | null): void {
    if (transfer === null) this.#transfers.delete(id);
    else this.#transfers.set(id, transfer);
    this.#changed(id);
  }

  /** Records one named step; times are set here. */
  async step(id: string, stepId: string, state: OperationStep['state'], message = ''): Promise<void> {
    await this.store.transaction(async ({ manager, afterCommit }) => {
      const row = await manager.findOneBy(OperationRow, { id, state: In([...OPEN]) });
      if (!row) return;
      const now = this.clock.now();
      const steps = row.steps.map((step) => (step.id === stepId ? moved(step, state, message.slice(0, 1000), now) : step));
      await manager.update(OperationRow, { id }, { steps, ...(state === 'running' ? { phase: stepId } : {}) });
      afterCommit(() => this.#changed(id));
    });
  }

  /** Moves an open job between its open states. @returns false when it is over, or not in one of the states `from` */
  async turn(tx: Tx, id: string, turn: Turn, from: readonly OperationState[] = OPEN): Promise<boolean> {
    const { affected } = await tx.manager.update(OperationRow, { id, state: In([...from]) }, { ...turn, ...(turn.can ? { can: [...turn.can] } : {}) });
    tx.afterCommit(() => this.#changed(id));
    return affected === 1;
  }

  /** Takes up a failed or cancelled job again; steps that had succeeded stay so. @returns false when it is open or succeeded */
  async again(tx: Tx, id: string, turn: { state: 'queued' | 'running'; can: readonly OperationDeed[] }): Promise<boolean> {
    const row = await tx.manager.findOneBy(OperationRow, { id, state: In(['failed', 'cancelled']) });
    if (!row) return false;
    const steps = row.steps.map((step) => (step.state === 'succeeded' ? step : pendingStep(step.id)));
    const { affected } = await tx.manager.update(OperationRow, { id, state: row.state }, {
      ...turn, can: [...turn.can], steps, failure: null, failureCode: null, finishedAt: null, attempt: row.attempt + 1,
    });
    tx.afterCommit(() => this.#changed(id));
    return affected === 1;
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
    await this.#finish(tx, id, { state: 'succeeded', percent: 100, phase: 'done', can: [] });
  }

  async fail(tx: Tx, id: string, failure: string, { code = null, can = [] }: { code?: string | null; can?: readonly OperationDeed[] } = {}): Promise<void> {
    const row = await tx.manager.findOneBy(OperationRow, { id });
    const now = this.clock.now();
    const steps = (row?.steps ?? []).map((step) => (step.state === 'running' ? moved(step, 'failed', failure.slice(0, 1000), now) : step));
    await this.#finish(tx, id, { state: 'failed', failure: failure.slice(0, 1000), failureCode: code, steps, can: [...can] });
  }

  async cancel(tx: Tx, id: string, can: readonly OperationDeed[] = []): Promise<void> {
    await this.#finish(tx, id, { state: 'cancelled', can: [...can] });
  }

  /** Those that a stop of the controller cut off. */
  unfinished(kind: OperationKind): Promise<OperationRow[]> {
    return this.store.manager.find(OperationRow, { where: { kind, state: In([...OPEN]) }, order: { startedAt: 'ASC', id: 'ASC' } });
  }

  async list({ kind, subjectId }: { kind?: OperationKind | undefined; subjectId?: string | undefined } = {}): Promise<OperationView[]> {
    const where = { ...(kind ? { kind } : {}), ...(subjectId === undefined ? {} : { subjectId }) };
    const rows = await this.store.manager.find(OperationRow, { where, order: { startedAt: 'DESC', id: 'DESC' }, take: SHOWN });
    return rows.map((row) => this.#view(row));
  }

  async get(id: string): Promise<OperationView | undefined> {
    const row = await this.store.manager.findOneBy(OperationRow, { id });
    return row ? this.#view(row) : undefined;
  }

  /** The newest job about each subject of one kind. */
  async newestOf(kind: OperationKind): Promise<ReadonlyMap<string, OperationView>> {
    const rows = await this.store.manager.find(OperationRow, { where: { kind }, order: { startedAt: 'ASC', id: 'ASC' } });
    return new Map(rows.map((row) => [row.subjectId, this.#view(row)]));
  }

  async lines(id: string, after = 0): Promise<LogLineView[]> {
    const rows = await this.store.manager.find(OperationLineRow, { where: { operationId: id, number: MoreThan(after) }, order: { number: 'ASC' } });
    return rows.map(({ number, at, text, error }) => ({ number, at: iso(at), text, error }));
  }

  async #finish(tx: Tx, id: string, change: Partial<OperationRow>): Promise<void> {
    await tx.manager.update(OperationRow, { id, state: In([...OPEN]) }, { ...change, finishedAt: this.clock.now() });
    tx.afterCommit(() => {
      this.#transfers.delete(id);
      this.#changed(id);
    });
  }

  #view({ id, kind, subjectId, title, state, percent, phase, steps, can, failure, failureCode, attempt, startedAt, finishedAt, startedBy }: OperationRow): OperationView {
    return {
      id, kind, subjectId, title, state, percent, phase, steps: steps.map(stepView), transfer: this.#transfers.get(id) ?? null,
      failure, failureCode, can: [...can], attempt, startedAt: iso(startedAt), finishedAt: isoOrNull(finishedAt), startedBy,
    };
  }

  #changed(id: string): void {
    this.feed.publish({ topic: 'operations', id, kind: 'changed' });
  }
}

function pendingStep(id: string): OperationStep {
  return { id, state: 'pending', startedAt: null, finishedAt: null, message: '' };
}

function moved(step: OperationStep, state: OperationStep['state'], message: string, now: number): OperationStep {
  if (state === 'running') return { ...step, state, message, startedAt: now, finishedAt: null };
  if (state === 'pending') return pendingStep(step.id);
  return { ...step, state, message, startedAt: step.startedAt ?? now, finishedAt: now };
}

function stepView({ startedAt, finishedAt, ...step }: OperationStep): OperationView['steps'][number] {
  return { ...step, startedAt: isoOrNull(startedAt), finishedAt: isoOrNull(finishedAt) };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function isoOrNull(at: number | null): string | null {
  return at === null ? null : iso(at);
}
