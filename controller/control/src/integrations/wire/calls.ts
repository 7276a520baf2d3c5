import { Call_Outcome, type Call, type ListCallsRequest } from '@openstation/proto';
import type { CallView } from '../../usage/index.js';
import { nameOf } from './enum-names.js';
import { ms } from './instants.js';

const outcomes: Readonly<Record<CallView['outcome'], Call_Outcome>> = {
  ok: Call_Outcome.OK, client_abort: Call_Outcome.CLIENT_ABORT, upstream_error: Call_Outcome.UPSTREAM_ERROR, truncated: Call_Outcome.TRUNCATED,
  timeout: Call_Outcome.TIMEOUT, rejected: Call_Outcome.REJECTED,
};

/** The REST API's query, unchecked. */
export function callQuery({ limit, before, serviceId, userId, outcome }: ListCallsRequest): Record<string, unknown> {
  return { limit, before, serviceId, userId, outcome: nameOf(outcomes, outcome) };
}

export function callToWire(view: CallView): Call {
  const { id, model, path, stream, status, durationMs, tokensEstimated, retries } = view;
  return {
    id, model, path, stream, status, durationMs, tokensEstimated, retries, outcome: outcomes[view.outcome], startedAtMs: ms(view.startedAt),
    userId: view.userId ?? undefined, username: view.username ?? undefined, keyId: view.keyId ?? undefined, serviceId: view.serviceId ?? undefined,
    instanceId: view.instanceId ?? undefined, ttftMs: view.ttftMs ?? undefined, promptTokens: view.promptTokens ?? undefined,
    completionTokens: view.completionTokens ?? undefined, totalTokens: view.totalTokens ?? undefined, tokensPerSecond: view.tokensPerSecond ?? undefined,
    queueMs: view.queueMs ?? undefined, connectMs: view.connectMs ?? undefined, errorCode: view.errorCode ?? undefined,
  };
}
