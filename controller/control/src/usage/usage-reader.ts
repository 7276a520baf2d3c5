import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { SelectQueryBuilder } from 'typeorm';
import { Clock } from '../config/index.js';
import { formatCursor, parseCursor } from '../http/index.js';
import { Store } from '../store/index.js';
import { Users } from '../users/index.js';
import { callView } from './call-view.js';
import { HOUR_MS } from './call-hours.js';
import { Call, CallHour } from './usage.store.js';
import type { callSchema, usageSummarySchema } from './usage.schema.js';
import { summarise, type Bucket } from './usage-summary.js';

export type CallView = z.infer<typeof callSchema>;
export type UsageSummary = z.infer<typeof usageSummarySchema>;

export interface CallFilter {
  readonly userId?: string | undefined;
  readonly serviceId?: string | undefined;
  readonly outcome?: string | undefined;
}

/** Longer periods are read from the sums of hours: the work must not grow with the number of calls. */
const CALL_BY_CALL_MINUTES = 6 * 60;
const SERIES_POINTS = 60;
/** Percentiles of a busy period come from its newest calls: enough for two digits, and bounded. */
const SAMPLE_CALLS = 5_000;

/** Reads the call log. */
@Injectable()
export class UsageReader {
  constructor(
    private readonly store: Store,
    private readonly users: Users,
    private readonly clock: Clock,
  ) {}

  /** One page, newest first. Its cost does not depend on how far back it lies. */
  async page(filter: CallFilter, limit: number, before: string | undefined): Promise<{ items: CallView[]; next: string | null }> {
    const query = narrowed(this.store.manager.createQueryBuilder(Call, 'c'), filter).orderBy('c.startedAt', 'DESC').addOrderBy('c.id', 'DESC').take(limit + 1);
    if (before !== undefined) {
      const { at, id } = parseCursor(before);
      query.andWhere('c.startedAt <= :at and (c.startedAt < :at or c.id < :id)', { at, id });
    }
    const rows = await query.getMany();
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const names = await this.users.names();
    return {
      items: page.map((call) => callView(call, call.userId === null ? null : (names.get(call.userId) ?? null))),
      next: rows.length > limit && last ? formatCursor({ at: last.startedAt, id: last.id }) : null,
    };
  }

  /** Totals and at most 61 points over the last minutes. */
  async summary(minutes: number, filter: CallFilter): Promise<UsageSummary> {
    const now = this.clock.now();
    const byHour = minutes > CALL_BY_CALL_MINUTES;
    const unit = byHour ? HOUR_MS : 60_000;
    const bucketMs = Math.max(1, Math.ceil((minutes * 60_000) / SERIES_POINTS / unit)) * unit;
    const from = byHour ? Math.floor((now - minutes * 60_000) / HOUR_MS) * HOUR_MS : now - minutes * 60_000;
    const [buckets, sample] = await Promise.all([byHour ? this.#hourBuckets(from, bucketMs, filter) : this.#callBuckets(from, bucketMs, filter), this.#sample(from, filter)]);
    return summarise({ minutes, from, now, bucketMs, buckets, sample });
  }

  async #callBuckets(from: number, bucketMs: number, filter: CallFilter): Promise<Bucket[]> {
    const query = this.store.manager
      .createQueryBuilder(Call, 'c')
      .select('c.startedAt - c.startedAt % :bucketMs', 'at')
      .addSelect('count(*)', 'requests')
      .addSelect("sum(case when (c.outcome not in ('ok', 'client_abort')) or c.status >= 500 then 1 else 0 end)", 'failedRequests')
      .addSelect('coalesce(sum(c.promptTokens), 0)', 'promptTokens')
      .addSelect('coalesce(sum(c.completionTokens), 0)', 'completionTokens')
      .where('c.startedAt >= :from', { from, bucketMs })
      .groupBy('at');
    return numbers(await narrowed(query, filter).getRawMany<Record<keyof Bucket, string | number>>());
  }

  async #hourBuckets(from: number, bucketMs: number, filter: CallFilter): Promise<Bucket[]> {
    const query = this.store.manager
      .createQueryBuilder(CallHour, 'c')
      .select('c.hour - c.hour % :bucketMs', 'at')
      .addSelect('sum(c.requests)', 'requests')
      .addSelect('sum(c.failedRequests)', 'failedRequests')
      .addSelect('sum(c.promptTokens)', 'promptTokens')
      .addSelect('sum(c.completionTokens)', 'completionTokens')
      .where('c.hour >= :from', { from, bucketMs })
      .groupBy('at');
    return numbers(await narrowed(query, filter).getRawMany<Record<keyof Bucket, string | number>>());
  }

  async #sample(from: number, filter: CallFilter): Promise<Pick<Call, 'startedAt' | 'ttftMs' | 'tokensPerSecond'>[]> {
    const query = this.store.manager
      .createQueryBuilder(Call, 'c')
      .select(['c.id', 'c.startedAt', 'c.ttftMs', 'c.tokensPerSecond'])
      .where('c.startedAt >= :from', { from })
      .orderBy('c.startedAt', 'DESC')
      .addOrderBy('c.id', 'DESC')
      .take(SAMPLE_CALLS);
    return narrowed(query, filter).getMany();
  }
}

function narrowed<E extends Call | CallHour>(query: SelectQueryBuilder<E>, { userId, serviceId, outcome }: CallFilter): SelectQueryBuilder<E> {
  if (userId !== undefined) query.andWhere('c.userId = :userId', { userId });
  if (serviceId !== undefined) query.andWhere('c.serviceId = :serviceId', { serviceId });
  if (outcome !== undefined) query.andWhere('c.outcome = :outcome', { outcome });
  return query;
}

/** MySQL gives sums as text. */
function numbers(rows: readonly Record<keyof Bucket, string | number>[]): Bucket[] {
  return rows.map((row) => ({
    at: Number(row.at), requests: Number(row.requests), failedRequests: Number(row.failedRequests),
    promptTokens: Number(row.promptTokens), completionTokens: Number(row.completionTokens),
  }));
}
