import type { z } from 'zod';
import type { usageSummarySchema } from './usage.schema.js';

export interface Bucket {
  /** Unix milliseconds, a multiple of the bucket's length. */
  readonly at: number;
  readonly requests: number;
  readonly failedRequests: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface SummaryInput {
  readonly minutes: number;
  readonly from: number;
  readonly now: number;
  readonly bucketMs: number;
  readonly buckets: readonly Bucket[];
  readonly sample: readonly { readonly startedAt: number; readonly ttftMs: number | null; readonly tokensPerSecond: number | null }[];
}

/** Totals and a series without holes: a bucket in which nothing happened is a point with 0. */
export function summarise({ minutes, from, now, bucketMs, buckets, sample }: SummaryInput): z.infer<typeof usageSummarySchema> {
  const total = (field: 'requests' | 'failedRequests' | 'promptTokens' | 'completionTokens') => buckets.reduce((sum, bucket) => sum + bucket[field], 0);
  const byTime = new Map(buckets.map((bucket) => [bucket.at, bucket]));
  const callsIn = (at: number) => sample.filter(({ startedAt }) => startedAt >= at && startedAt < at + bucketMs);
  const series = [];
  for (let at = from - (from % bucketMs); at <= now; at += bucketMs) {
    const bucket = byTime.get(at);
    series.push({
      at: new Date(at).toISOString(), requests: bucket?.requests ?? 0, completionTokens: bucket?.completionTokens ?? 0,
      ttftP50Ms: percentile(values(callsIn(at), 'ttftMs'), 0.5),
    });
  }
  return {
    minutes, requests: total('requests'), failedRequests: total('failedRequests'), promptTokens: total('promptTokens'), completionTokens: total('completionTokens'),
    requestsPerMinute: total('requests') / minutes, ttftP50Ms: percentile(values(sample, 'ttftMs'), 0.5), ttftP95Ms: percentile(values(sample, 'ttftMs'), 0.95),
    tokensPerSecondP50: percentile(values(sample, 'tokensPerSecond'), 0.5), series,
  };
}

function values(sample: SummaryInput['sample'], field: 'ttftMs' | 'tokensPerSecond'): number[] {
  return sample.flatMap((call) => call[field] ?? []).sort((a, b) => a - b);
}

/** Nearest rank over sorted values; null for none. */
export function percentile(sorted: readonly number[], rank: number): number | null {
  return sorted[Math.max(0, Math.ceil(rank * sorted.length) - 1)] ?? null;
}
