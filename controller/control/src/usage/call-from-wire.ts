import { CallOutcome, type CallRecord } from '@openstation/proto';
import type { CallRow, Outcome } from './usage.store.js';

const OUTCOMES: ReadonlyMap<CallOutcome, Outcome> = new Map([
  [CallOutcome.OK, 'ok'],
  [CallOutcome.CLIENT_ABORT, 'client_abort'],
  [CallOutcome.UPSTREAM_ERROR, 'upstream_error'],
  [CallOutcome.TRUNCATED, 'truncated'],
  [CallOutcome.TIMEOUT, 'timeout'],
  [CallOutcome.REJECTED, 'rejected'],
]);

/**
 * A record as the table takes it, or undefined when it has no usable id or time: a gateway sends what clients
 * sent it, so nothing is trusted to be short, finite or there. Outcomes of a newer gateway count as upstream errors.
 */
export function callFromWire(record: CallRecord, gatewayId: string): CallRow | undefined {
  if (record.callId === '' || record.callId.length > 36 || !Number.isSafeInteger(record.startedAtMs) || record.startedAtMs <= 0) return undefined;
  return {
    id: record.callId,
    startedAt: record.startedAtMs,
    userId: idOrNull(record.userId),
    keyId: idOrNull(record.keyId),
    model: record.model.slice(0, 128),
    serviceId: idOrNull(record.serviceId),
    instanceId: idOrNull(record.instanceId),
    path: record.path.slice(0, 128),
    stream: record.stream,
    status: Math.min(record.status, 999),
    outcome: OUTCOMES.get(record.outcome) ?? 'upstream_error',
    durationMs: finite(record.durationMs) ?? 0,
    ttftMs: finite(record.ttftMs),
    promptTokens: finite(record.promptTokens),
    completionTokens: finite(record.completionTokens),
    tokensEstimated: record.tokensEstimated,
    tokensPerSecond: finite(record.tokensPerSecond),
    retries: Math.min(record.retries, 1000),
    queueMs: finite(record.queueMs),
    connectMs: finite(record.connectMs),
    errorCode: record.errorCode === '' ? null : record.errorCode.slice(0, 64),
    gatewayId,
  };
}

function idOrNull(text: string): string | null {
  return text === '' || text.length > 36 ? null : text;
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) && value >= 0 ? value : null;
}
