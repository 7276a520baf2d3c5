import { isEnded } from '../instances/index.js';
import { drainOut } from './drain-wait.js';
import { failedForGood, failureRun, retryAt } from './retry.js';
import { revisionFor, rolloutFailed, rolloutTurn, serves } from './rollout.machine.js';
import type { CreateAction, ObservedInstance, ServiceAction, WantedService } from './service-facts.js';
import type { ServiceSlot } from './service-slot.js';

/** A silent or stubborn node delays the end of a deleted service by at most so long; its tombstone stays. */
export const DELETION_PATIENCE_MS = 120_000;

/** One slot and everything that its decision depends on. */
interface SlotFacts {
  readonly service: WantedService;
  readonly slot: ServiceSlot;
  /** All instances of the service that are wanted. */
  readonly living: readonly ObservedInstance[];
  /** Its instance is replaced by one of the newest revision now. */
  readonly rolling: boolean;
  /** The newest revision does not start. */
  readonly failed: boolean;
  readonly now: number;
}

/** Brings instances in line with the wanted slots. Pure; applying the same plan twice changes nothing more. */
export function plan(service: WantedService, instances: readonly ObservedInstance[], now: number): ServiceAction[] {
  return service.deletingAt === undefined ? planSlots(service, instances, now) : planDeletion(service.deletingAt, instances, now);
}

function planSlots(service: WantedService, instances: readonly ObservedInstance[], now: number): ServiceAction[] {
  const wanted = new Set(service.slots.map(({ slot }) => slot));
  const living = instances.filter(({ desired }) => desired === 'run');
  const surplus = living.filter(({ slot }) => !wanted.has(slot)).flatMap((instance) => (serves(instance) ? drainOut(instance, now) : [stop(instance)]));
  const turn = rolloutTurn(service, living);
  const failed = rolloutFailed(service, living);
  const slots = service.slots.flatMap((slot) => planSlot({ service, slot, living, now, failed, rolling: slot.slot === turn }));
  return [...surplus, ...slots];
}

/**
 * A slot has one occupant, and for a while a second one: when the first is to leave, its successor is made and must be ready
 * before it is retired and stopped. Of a revision that does not start, the last try stays beside the one that serves: it tells why.
 */
function planSlot(facts: SlotFacts): ServiceAction[] {
  const { slot, living, rolling, failed } = facts;
  const all = living.filter((instance) => instance.slot === slot.slot);
  const alive = all.some(({ state }) => !isEnded(state));
  const debris = all.filter(({ outdated, state }) => outdated && isEnded(state) && (rolling || alive));
  const proof = failed ? all.filter((instance) => !instance.outdated && failedForGood(instance)) : [];
  const occupants = all.filter((instance) => !debris.includes(instance) && !proof.includes(instance));
  const leavers = occupants.filter((instance) => !isEnded(instance.state) && mustLeave(facts, instance));
  const stayers = occupants.filter((instance) => !leavers.includes(instance));
  return [
    ...debris.map(stop),
    ...planStayers(facts, stayers, leavers[0] ?? debris[0]),
    ...leavers.flatMap((leaver) => planLeaver(facts, leaver, stayers)),
  ];
}

function planLeaver({ service, living, now, rolling }: SlotFacts, leaver: ObservedInstance, stayers: readonly ObservedInstance[]): ServiceAction[] {
  // A rollout is a person's wish of now, carried out with the new one first: it waits only for nodes of its own.
  if (rolling && leaver.outdated && !leaver.leaving ? service.rolloutHeld : service.cautious) return [];
  // One that serves nobody has nothing to wait for.
  if (!leaver.ready && !leaver.unknown) return [stop(leaver)];
  const replaced = stayers.some(serves);
  if (leaver.unknown) return replaced ? [stop(leaver)] : [];
  const inPlace = rolling && leaver.makesRoom && stayers.some(({ noPlace }) => noPlace) && (service.slots.length === 1 || living.some((other) => other.id !== leaver.id && other.retiredAt === undefined && serves(other)));
  if (replaced || inPlace) return drainOut(leaver, now);
  return leaver.retiredAt === undefined ? [] : [{ kind: 'reinstate', instanceId: leaver.id }];
}

function mustLeave({ service: { replaceAfterMs, cautious = false }, rolling }: SlotFacts, { leaving, silentMs, outdated }: ObservedInstance): boolean {
  return leaving || (rolling && outdated) || (!cautious && replaceAfterMs !== undefined && silentMs !== undefined && silentMs >= replaceAfterMs);
}

/** @param previous what they follow, when they follow something */
function planStayers(facts: SlotFacts, stayers: readonly ObservedInstance[], previous: ObservedInstance | undefined): ServiceAction[] {
  const { now, rolling } = facts;
  // One that serves goes before a newer one that does not yet: it came back, or was to leave and stays after all.
  const [current, ...older] = [...stayers].sort((a, b) => Number(serves(b)) - Number(serves(a)) || b.attempt - a.attempt || b.stateSince - a.stateSince);
  // Where the predecessor of a new revision ran, the model is there already.
  if (!current) return [create(facts, { previous, replaces: rolling ? previous?.nodeId : undefined })];
  const doubles = older.map(stop);
  if (!isEnded(current.state)) return current.retiredAt === undefined ? doubles : [...doubles, { kind: 'reinstate', instanceId: current.id }];
  if (failedForGood(current)) return doubles;
  const due = retryAt(current);
  if (due > now) return [...doubles, { kind: 'wake', at: due }];
  const attempt = current.wasReady || current.forgiven ? 0 : current.attempt + 1;
  return [...doubles, stop(current), create(facts, { previous: current, replaces: current.nodeId, attempt, failures: failureRun(current) })];
}

function create({ service, slot, failed }: SlotFacts, { previous, ...more }: { previous: ObservedInstance | undefined } & Partial<CreateAction>): CreateAction {
  return { kind: 'create', slot, revision: revisionFor(service, failed, previous), attempt: 0, failures: undefined, replaces: undefined, ...more };
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
