import { isEnded, mayMove, type InstanceState } from './instance.machine.js';
import type { InstanceRow } from './instances.store.js';

/** One instance as its agent sees it. */
export interface ObservedStatus {
  readonly instanceId: string;
  readonly generation: number;
  readonly state: InstanceState;
  readonly ready: boolean;
  readonly phase: string;
  readonly percent: number;
  readonly message: string;
  readonly reason: string;
  readonly revision: number;
  readonly handle: string;
  readonly memoryBytes: number;
  /** Of the model, while it is fetched; 0: not told. */
  readonly modelBytesDone: number;
  readonly modelBytesTotal: number;
  /** "starting", "ok", "busy", "hung", "dead"; empty: the agent does not tell. */
  readonly health: string;
  readonly healthEvidence: string;
}

export type ObservedColumns = Partial<
  Pick<InstanceRow, 'state' | 'stateSince' | 'ready' | 'readyAt' | 'phase' | 'percent' | 'message' | 'reason' | 'handle' | 'memoryBytes' | 'modelBytesDone' | 'modelBytesTotal' | 'releasedAt' | 'health' | 'healthEvidence'>
> & Pick<InstanceRow, 'observedSession' | 'observedRevision'>;

export interface ObservedChange {
  readonly columns: ObservedColumns;
  /** The gateway must hear of it. */
  readonly routes: boolean;
}

/**
 * What a status changes about a row; undefined when it is stale or says nothing new. The state only moves
 * forward, but readiness, phase and message are taken as they are: an engine that the agent had to start again
 * is still "running" in its life, and not ready.
 */
export function applyStatus(row: InstanceRow, session: number, status: ObservedStatus, now: number): ObservedChange | undefined {
  if (isStale(row, session, status)) return undefined;
  const moves = mayMove('agent', row.state, status.state);
  const ended = isEnded(moves ? status.state : row.state);
  const ready = status.ready && !ended && row.desired === 'run';
  const released = row.desired === 'stop' && isEnded(status.state) && row.releasedAt === null;
  const news: ObservedColumns = {
    observedSession: session, observedRevision: status.revision,
    ...(moves ? { state: status.state, stateSince: now } : {}),
    ...(ready && row.readyAt === null ? { readyAt: now } : {}),
    ...(released ? { releasedAt: now } : {}),
    ...(isEnded(row.state) ? {} : details(row, status)),
    ready,
  };
  const changed = Object.entries(news).filter(([column, value]) => row[column as keyof InstanceRow] !== value).map(([column]) => column);
  if (changed.every((column) => column.startsWith('observed'))) return undefined;
  return { columns: news, routes: changed.includes('ready') || (changed.includes('state') && ended) };
}

function isStale(row: InstanceRow, session: number, status: ObservedStatus): boolean {
  if (status.generation < row.generation || session < row.observedSession) return true;
  return session === row.observedSession && status.revision <= row.observedRevision;
}

/** What an instance that still lives says of itself; what an ended one said last is kept. */
function details(row: InstanceRow, { phase, percent, message, reason, handle, memoryBytes, health, healthEvidence, modelBytesDone, modelBytesTotal }: ObservedStatus) {
  return {
    phase: phase.slice(0, 64), percent: Math.max(row.percent, Math.min(100, percent)), message: message.slice(0, 2000),
    reason: reason.slice(0, 64), handle: handle.slice(0, 128), memoryBytes: memoryBytes > 0 ? memoryBytes : row.memoryBytes, health: health.slice(0, 16), healthEvidence: healthEvidence.slice(0, 500),
    ...(modelBytesTotal > 0 ? { modelBytesDone, modelBytesTotal } : {}),
  };
}
