import type { CallHourRow, CallRow } from './usage.store.js';

export const HOUR_MS = 3_600_000;

/** Whether a call counts as failed: the cluster did not give what was asked for. A client that left is not our failure. */
export function isFailed({ outcome, status }: Pick<CallRow, 'outcome' | 'status'>): boolean {
  return (outcome !== 'ok' && outcome !== 'client_abort') || status >= 500;
}

/** Adds calls up by hour, user and service. */
export function addUp(calls: readonly CallRow[]): CallHourRow[] {
  const sums = new Map<string, CallHourRow>();
  for (const call of calls) {
    const hour = Math.floor(call.startedAt / HOUR_MS) * HOUR_MS;
    const userId = call.userId ?? '';
    const serviceId = call.serviceId ?? '';
    const key = `${hour} ${userId} ${serviceId}`;
    const sum = sums.get(key) ?? { hour, userId, serviceId, requests: 0, failedRequests: 0, promptTokens: 0, completionTokens: 0 };
    sum.requests += 1;
    sum.failedRequests += isFailed(call) ? 1 : 0;
    sum.promptTokens += call.promptTokens ?? 0;
    sum.completionTokens += call.completionTokens ?? 0;
    sums.set(key, sum);
  }
  return [...sums.values()];
}
