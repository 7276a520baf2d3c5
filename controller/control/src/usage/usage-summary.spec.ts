import { describe, expect, it } from 'vitest';
import { percentile, summarise } from './usage-summary.js';

describe('percentiles', () => {
  it.each([[[], 0.5, null], [[7], 0.95, 7], [[1, 2, 3, 4], 0.5, 2], [[1, 2, 3, 4], 0.95, 4], [Array.from({ length: 100 }, (_, i) => i + 1), 0.95, 95]] as const)('of %j at %d are %j', (values, rank, wanted) => {
    expect(percentile(values, rank)).toBe(wanted);
  });
});

describe('a usage summary', () => {
  it('has a point for every bucket, also for those without calls', () => {
    const bucketMs = 60_000;
    const from = 10 * bucketMs + 5_000;
    const summary = summarise({
      minutes: 3, from, now: from + 3 * bucketMs, bucketMs,
      buckets: [{ at: 11 * bucketMs, requests: 6, failedRequests: 1, promptTokens: 10, completionTokens: 20 }],
      sample: [{ startedAt: 11 * bucketMs + 1, ttftMs: 40, tokensPerSecond: null }, { startedAt: 11 * bucketMs + 2, ttftMs: null, tokensPerSecond: null }],
    });
    expect(summary.series.map(({ requests, ttftP50Ms }) => [requests, ttftP50Ms])).toEqual([[0, null], [6, 40], [0, null], [0, null]]);
    expect(summary).toMatchObject({ requests: 6, failedRequests: 1, promptTokens: 10, completionTokens: 20, requestsPerMinute: 2, ttftP50Ms: 40, ttftP95Ms: 40, tokensPerSecondP50: null });
  });
});
