import type { GroupMember } from './group-member.js';
import { isTornDown } from './group-member.js';
import { instanceStates, isEnded, mayMove, type InstanceState } from './instance.machine.js';
import type { InstanceRow } from './instances.store.js';
import type { ObservedStatus } from './observed-status.js';

/** What a member says while it waits for the others: everything it needs is on its node. */
export const PREPARED_PHASE = 'group';

export type GroupColumns = Partial<
  Pick<InstanceRow, 'generation' | 'intent' | 'state' | 'stateSince' | 'ready' | 'readyAt' | 'phase' | 'percent' | 'message' | 'reason' | 'handle' | 'memoryBytes' | 'releasedAt' | 'health' | 'healthEvidence'>
> & { readonly members: readonly GroupMember[] };

export interface GroupChange {
  readonly columns: GroupColumns;
  /** The gateway must hear of it. */
  readonly routes: boolean;
  /** What the members are told changes. */
  readonly assignments: boolean;
}

/**
 * What one member's status changes about a group, which lives and fails as one: it is as far as its least advanced member,
 * ready when its head is and every member runs, and over when one member is. The end of one raises the generation: that
 * tells the others to stop. So does the last member's being prepared: that tells all to start. Undefined: stale, or nothing new.
 */
export function applyMemberStatus(row: InstanceRow, nodeId: string, session: number, status: ObservedStatus, now: number): GroupChange | undefined {
  const before = row.members ?? [];
  const member = before.find((one) => one.nodeId === nodeId);
  if (!member || isStale(row, member, session, status)) return undefined;
  const next = observed(row, member, session, status, now);
  const members = before.map((one) => (one === member ? next : one));
  if (isEnded(row.state)) return next.releasedAt === member.releasedAt ? undefined : { columns: { members, ...released(row, members, now) }, routes: false, assignments: true };
  if (isEnded(next.state) && row.desired === 'run') return ended(row, members, next, status, now);
  const columns: GroupColumns = { members, ...released(row, members, now), ...summary(row, members, status, member.rank, now), ...started(row, members) };
  if (!tellsNews(row, member, next, columns)) return undefined;
  return { columns, routes: columns.ready !== row.ready || columns.releasedAt !== undefined, assignments: columns.generation !== undefined || columns.releasedAt !== undefined || next.releasedAt !== member.releasedAt };
}

function isStale(row: InstanceRow, member: GroupMember, session: number, status: ObservedStatus): boolean {
  if (status.generation < row.generation || session < member.session) return true;
  return session === member.session && status.revision <= member.revision;
}

function observed(row: InstanceRow, member: GroupMember, session: number, status: ObservedStatus, now: number): GroupMember {
  const moves = mayMove('agent', member.state, status.state);
  const over = isEnded(member.state);
  return {
    ...member, session, revision: status.revision, state: moves ? status.state : member.state, ready: status.ready && !isEnded(status.state),
    ...(over ? {} : { phase: status.phase.slice(0, 64), percent: Math.max(member.percent, Math.min(100, status.percent)), message: status.message.slice(0, 500) }),
    memoryBytes: status.memoryBytes > 0 ? status.memoryBytes : member.memoryBytes,
    releasedAt: member.releasedAt ?? (isTornDown(row) && isEnded(status.state) ? now : null),
  };
}

/** The row itself is done when it is not wanted any more and no member is left. */
function released(row: InstanceRow, members: readonly GroupMember[], now: number): Pick<GroupColumns, 'releasedAt'> {
  return row.desired === 'stop' && row.releasedAt === null && members.every(({ releasedAt }) => releasedAt !== null) ? { releasedAt: now } : {};
}

function ended(row: InstanceRow, members: readonly GroupMember[], { rank, state }: GroupMember, { reason, message }: ObservedStatus, now: number): GroupChange {
  const text = `rank ${rank} of ${members.length}${message === '' ? ' ended' : `: ${message}`}`;
  const columns = { members, state, stateSince: now, ready: false, reason: reason.slice(0, 64), message: text.slice(0, 2000), generation: row.generation + 1 };
  return { columns, routes: true, assignments: true };
}

function summary(row: InstanceRow, members: readonly GroupMember[], status: ObservedStatus, rank: number, now: number) {
  const [slowest] = [...members].sort((a, b) => order(a.state) - order(b.state) || a.percent - b.percent || a.rank - b.rank);
  const head = members.find((one) => one.rank === 0);
  if (!slowest || !head) return {};
  const ready = row.desired === 'run' && head.ready && members.every((one) => one.state === 'running');
  const words = slowest === head || slowest.message === '' ? slowest.message : `rank ${slowest.rank}: ${slowest.message}`;
  return {
    ...moved(row, members, slowest, now), ready, ...(ready && row.readyAt === null ? { readyAt: now } : {}),
    phase: ready ? 'ready' : slowest.phase, percent: Math.max(row.percent, slowest.percent), message: words,
    memoryBytes: members.reduce((sum, one) => sum + one.memoryBytes, 0) || row.memoryBytes,
    ...(rank === 0 ? { handle: status.handle.slice(0, 128), health: status.health, healthEvidence: status.healthEvidence.slice(0, 500) } : {}),
  };
}

function moved(row: InstanceRow, members: readonly GroupMember[], slowest: GroupMember, now: number): Pick<GroupColumns, 'state' | 'stateSince'> {
  const stopped = row.desired === 'stop' && members.every(({ state }) => isEnded(state));
  const state = stopped ? 'stopped' : slowest.state;
  return mayMove('agent', row.state, state) && (stopped || !isEnded(state)) ? { state, stateSince: now } : {};
}

/** The last one is prepared: all start at the same time, so that none waits for another's download. */
function started(row: InstanceRow, members: readonly GroupMember[]): Pick<GroupColumns, 'members' | 'generation' | 'intent'> | Record<string, never> {
  const holding = members.some(({ intent }) => intent.group?.hold === true);
  if (row.desired !== 'run' || !holding || !members.every(({ phase, state }) => state === 'preparing' && phase === PREPARED_PHASE)) return {};
  const going = members.map((one) => ({ ...one, intent: { ...one.intent, group: one.intent.group && { ...one.intent.group, hold: false } } }));
  return { members: going, generation: row.generation + 1, intent: going.find(({ rank }) => rank === 0)?.intent ?? row.intent };
}

function tellsNews(row: InstanceRow, before: GroupMember, after: GroupMember, columns: GroupColumns): boolean {
  const ofMember = (['state', 'ready', 'phase', 'percent', 'message', 'memoryBytes', 'releasedAt', 'session'] as const).some((key) => before[key] !== after[key]);
  return ofMember || Object.entries(columns).some(([key, value]) => key !== 'members' && row[key as keyof InstanceRow] !== value);
}

function order(state: InstanceState): number {
  return instanceStates.indexOf(state);
}
