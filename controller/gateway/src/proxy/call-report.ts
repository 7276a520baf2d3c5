import { CallOutcome, type CallRecord } from '@openstation/proto';
import type { CallEnvironment } from './call-environment.js';

/** Hands the record of a call over, and says in the log what did not go well. */
export function reportCall({ report, log }: Pick<CallEnvironment, 'report' | 'log'>, record: CallRecord, requestId: string): void {
  report(record);
  const line = { callId: record.callId, requestId, model: record.model, instance: record.instanceId, status: record.status, error: record.errorCode, ms: Math.round(record.durationMs), retries: record.retries };
  if (record.outcome === CallOutcome.OK || record.outcome === CallOutcome.CLIENT_ABORT) log.debug(line, 'call');
  else log.info(line, 'call');
}
