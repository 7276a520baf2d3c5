import { isEnded, type InstanceState } from '../instances/index.js';

/** What the reconciler needs to know of a service: which slots are wanted. */
export interface WantedService {
  readonly slots: readonly { readonly slot: number; readonly nodeIds: readonly string[] }[];
  /** When deletion was asked for, in Unix milliseconds. */
  readonly deletingAt: number | undefined;
  /** An instance whose node is silent for so long is replaced elsewhere; undefined: never by itself. */
  readonly replaceAfterMs?: number | undefined;
  /** The controller is not sure of what it sees: nothing that runs, or may run, is given up. */
  readonly cautious?: boolean;
}

export interface ObservedInstance {
  readonly id: string;
  readonly slot: number;
  readonly nodeId: string | undefined;
  readonly desired: 'run' | 'stop';
  readonly state: InstanceState;
  readonly stateSince: number;
  /** It answered its health check at least once. */
  readonly wasReady: boolean;
  /** It answers now, as far as we know. */
  readonly ready: boolean;
  /** Another one is to take its place first: its node is being emptied. */
  readonly leaving: boolean;
  /** Since when it gets no new requests; undefined: it does. */
  readonly retiredAt: number | undefined;
  /** How long its node has been silent, in milliseconds; undefined: it is heard. */
  readonly silentMs: number | undefined;
  /** How long it had served when it ended, in milliseconds; 0 while it lives or when it never served. */
  readonly servedMs: number;
  /** Nothing of it is left on its node, or the node is gone for good. */
  readonly released: boolean;
  /** Its node is silent: all of this is what we last knew. */
  readonly unknown: boolean;
  readonly reason: string;
  readonly message: string;
  /** How many predecessors in a row ended in this slot without ever having served. */
  readonly attempt: number;
  readonly failures: FailureRun | undefined;
}

/** The same failure, so many times in a row while loading. */
export interface FailureRun {
  readonly signature: string;
  readonly count: number;
}

export type ServiceAction =
  | { readonly kind: 'create'; readonly slot: number; readonly nodeIds: readonly string[]; readonly attempt: number; readonly failures: FailureRun | undefined; readonly replaces: string | undefined }
  | { readonly kind: 'stop'; readonly instanceId: string }
  | { readonly kind: 'retire'; readonly instanceId: string }
  | { readonly kind: 'wake'; readonly at: number }
  | { readonly kind: 'remove-service' };

export const FIRST_RETRY_MS = 10_000;
export const LAST_RETRY_MS = 300_000;
/** The same failure so often before the first answer is not an accident: nobody is helped by a fourth try. */
export const SAME_FAILURE_LIMIT = 3;
/** Having served so long, an instance is replaced without waiting. */
export const STEADY_MS = 60_000;
/** A silent or stubborn node delays the end of a deleted service by at most so long; its tombstone stays. */
export const DELETION_PATIENCE_MS = 120_000;

/** What a retired instance is answering gets so long to come to its end before the engine is stopped. */
export const RETIRE_MS = 30_000;

/** Brings instances in line with the wanted slots. Pure; applying the same plan twice changes nothing more. */
export function plan(service: WantedService, instances: readonly ObservedInstance[], now: number): ServiceAction[] {
  return service.deletingAt === undefined ? planSlots(service, instances, now) : planDeletion(service.deletingAt, instances, now);
}

function planSlots(service: WantedService, instances: readonly ObservedInstance[], now: number): ServiceAction[] {
  const wanted = new Set(service.slots.map(({ slot }) => slot));
  const living = instances.filter(({ desired }) => desired === 'run');
  const surplus = living.filter(({ slot }) => !wanted.has(slot)).map(stop);
  return [...surplus, ...service.slots.flatMap((slot) => planSlot(service, slot, living.filter((instance) => instance.slot === slot.slot), now))];
}

/**
 * A slot has one occupant, and for a while a second one: when the first is to leave, its successor is made and must be ready
 * before it is retired and stopped.
 */
function planSlot(service: WantedService, slot: WantedService['slots'][number], occupants: readonly ObservedInstance[], now: number): ServiceAction[] {
  const leavers = occupants.filter((instance) => !isEnded(instance.state) && mustLeave(service, instance));
  const stayers = occupants.filter((instance) => !leavers.includes(instance));
  if (leavers.length === 0) return planOccupants(slot, stayers, now);
  const wake = leavers.flatMap(({ retiredAt }) => (retiredAt === undefined ? [] : [{ kind: 'wake' as const, at: retiredAt + RETIRE_MS }]));
  return [...planOccupants(slot, stayers, now), ...leavers.flatMap((leaver) => planLeaver(service, leaver, stayers, now)), ...wake.filter(({ at }) => at > now)];
}

function planLeaver({ cautious = false }: WantedService, leaver: ObservedInstance, stayers: readonly ObservedInstance[], now: number): ServiceAction[] {
  if (cautious) return [];
  // One that serves nobody has nothing to wait for.
  if (!leaver.ready && !leaver.unknown) return [stop(leaver)];
  if (!stayers.some(({ ready, unknown }) => ready && !unknown)) return [];
  if (leaver.unknown) return [stop(leaver)];
  if (leaver.retiredAt === undefined) return [{ kind: 'retire', instanceId: leaver.id }];
  return now >= leaver.retiredAt + RETIRE_MS ? [stop(leaver)] : [];
}

function mustLeave({ replaceAfterMs, cautious = false }: WantedService, { leaving, silentMs }: ObservedInstance): boolean {
  return leaving || (!cautious && replaceAfterMs !== undefined && silentMs !== undefined && silentMs >= replaceAfterMs);
}

function planOccupants({ slot, nodeIds }: WantedService['slots'][number], occupants: readonly ObservedInstance[], now: number): ServiceAction[] {
  // One that serves goes before a newer one that does not yet: it came back, or was to leave and stays after all.
  const [current, ...older] = [...occupants].sort((a, b) => Number(serves(b)) - Number(serves(a)) || b.attempt - a.attempt || b.stateSince - a.stateSince);
  if (!current) return [{ kind: 'create', slot, nodeIds, attempt: 0, failures: undefined, replaces: undefined }];
  const doubles = older.map(stop);
  if (!isEnded(current.state)) return doubles;
  const failures = failureRun(current);
  if (failedForGood(current)) return doubles;
  const due = retryAt(current);
  if (due > now) return [...doubles, { kind: 'wake', at: due }];
  const attempt = current.wasReady ? 0 : current.attempt + 1;
  return [...doubles, stop(current), { kind: 'create', slot, nodeIds, attempt, failures, replaces: current.nodeId }];
}

function serves({ ready, unknown, state }: ObservedInstance): boolean {
  return ready && !unknown && !isEnded(state);
}

function planDeletion(deletingAt: number, instances: readonly ObservedInstance[], now: number): ServiceAction[] {
  const stops = instances.filter(({ desired }) => desired === 'run').map(stop);
  if (stops.length > 0) return stops;
  const waiting = instances.filter(({ released, unknown }) => !released && !unknown);
  const end = deletingAt + DELETION_PATIENCE_MS;
  if (waiting.length > 0 && now < end) return [{ kind: 'wake', at: end }];
  return [{ kind: 'remove-service' }];
}

function stop({ id }: ObservedInstance): ServiceAction {
  return { kind: 'stop', instanceId: id };
}

/**
 * When a successor of an ended instance is due: 10, 20, 40 … 300 s after a failure. At once after a plain stop, after a
 * minute of good service (whatever ended it was no fault of the start), and when a serving engine was simply not there
 * any more after its node or agent had been down.
 */
export function retryAt({ state, stateSince, attempt, wasReady, servedMs, reason }: ObservedInstance): number {
  if (state === 'stopped' || servedMs >= STEADY_MS || (wasReady && reason === 'engine-gone')) return stateSince;
  const step = wasReady ? 0 : attempt;
  return stateSince + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** step);
}

/** True when the slot stays empty until a person changes something. */
export function failedForGood(instance: ObservedInstance): boolean {
  if (instance.state !== 'failed' || instance.wasReady || instance.reason === 'node-removed') return false;
  return (failureRun(instance)?.count ?? 0) >= SAME_FAILURE_LIMIT;
}

function failureRun({ state, wasReady, reason, message, failures }: ObservedInstance): FailureRun | undefined {
  if (state !== 'failed' || wasReady) return undefined;
  const signature = failureSignature(reason, message);
  return { signature, count: failures?.signature === signature ? failures.count + 1 : 1 };
}

/** Cause and text without what differs from try to try (numbers, ids). */
export function failureSignature(reason: string, message: string): string {
  return `${reason}: ${message.replace(/[0-9a-f]{8,}|\d+/gi, '#').slice(0, 160)}`;
}
