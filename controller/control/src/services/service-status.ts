import { isEnded } from '../instances/index.js';
import type { InstanceState } from '../instances/index.js';

export type ServiceState = 'deploying' | 'ready' | 'degraded' | 'failed' | 'stopped' | 'deleting';

export interface StatusInstance {
  readonly slot: number;
  readonly state: InstanceState;
  readonly desired: 'run' | 'stop';
  readonly ready: boolean;
  readonly unknown: boolean;
  readonly phase: string;
  readonly percent: number;
  readonly message: string;
  readonly reason: string;
  readonly failedForGood: boolean;
  /** What its log says about the failure; undefined: nothing known. */
  readonly diagnosis?: string | undefined;
  readonly outdated: boolean;
  readonly noPlace: boolean;
  /** It follows no instance that failed, was lost or served before it in its slot, and was not ready itself yet. */
  readonly firstStart: boolean;
  /** When a successor is due, Unix milliseconds. */
  readonly retryAt: number;
}

export interface ServiceStatus {
  readonly state: ServiceState;
  readonly readyInstances: number;
  readonly percent: number | null;
  readonly phase: string;
  readonly message: string;
}

export interface StatusFacts {
  /** Numbers of the slots that are to have an instance. */
  readonly wanted: readonly number[];
  /** A person keeps it stopped. */
  readonly stopped: boolean;
  /** Why scaling wants none; undefined: it wants some, or does not scale. */
  readonly asleep?: string | undefined;
  readonly deleting: boolean;
  readonly wasReady: boolean;
  /** Whether the newest revision does not start, and how many instances run another one. */
  readonly rollout: { readonly revision: number; readonly failed: boolean; readonly outdated: number };
}

/**
 * A service in one line, from its instances. Derived every time, stored nowhere. It is degraded when something it had is missing:
 * while it only gains instances it is ready, with their progress.
 */
export function serviceStatus({ wanted: slots, stopped, asleep, deleting, wasReady, rollout }: StatusFacts, all: readonly StatusInstance[], now: number): ServiceStatus {
  const wanted = slots.length;
  const instances = all.filter(({ desired }) => desired === 'run');
  const readyInstances = instances.filter(({ ready, unknown }) => ready && !unknown).length;
  const moving = instances.filter(({ state, ready, unknown }) => !isEnded(state) && !ready && !unknown).sort((a, b) => a.percent - b.percent);
  const failed = instances.filter(({ state }) => state === 'failed');
  const silent = instances.filter(({ unknown }) => unknown);
  const [slowest] = moving;
  const base = { readyInstances, percent: slowest ? slowest.percent : null, phase: slowest?.phase ?? '' };
  const ending = endingStatus({ wanted, stopped, asleep, deleting }, all.length);
  if (ending) return { ...base, ...ending };
  const text = rolloutText(rollout, instances);
  if (readyInstances >= wanted) return { ...base, state: 'ready', percent: rollout.outdated > 0 ? base.percent : null, phase: '', message: text };
  const gains = gainedSlots(slots, all);
  if (readyInstances > 0 && readyInstances + gains >= wanted) return { ...base, state: 'ready', message: joined(text, `${gains} of ${wanted} instances ${gains === 1 ? 'starts' : 'start'}`) };
  const message = joined(text, ...failed.map((one) => failureText(one, now)), silent.length > 0 ? `${silent.length} instance(s) are on a silent node` : '', slowest?.message ?? '');
  return { ...base, ...shortStatus({ serves: readyInstances > 0, moves: moving.length > 0, wasReady, silent: silent.length > 0, givenUp: failed.some(({ failedForGood }) => failedForGood) }), message };
}

/** Of a service that lacks what it had, or has nothing yet. */
function shortStatus({ serves, moves, wasReady, silent, givenUp }: Readonly<Record<'serves' | 'moves' | 'wasReady' | 'silent' | 'givenUp', boolean>>): Pick<ServiceStatus, 'state'> & Partial<ServiceStatus> {
  if (serves) return { state: 'degraded' };
  if (!moves && givenUp) return { state: 'failed', phase: 'failed' };
  return { state: !moves && silent && wasReady ? 'degraded' : 'deploying' };
}

function joined(...sentences: readonly string[]): string {
  return sentences.filter((sentence) => sentence !== '').join('; ');
}

/** Slots that never had an instance that served: theirs is to come, or is on its way. */
function gainedSlots(slots: readonly number[], all: readonly StatusInstance[]): number {
  const gains = ({ state, desired, ready, unknown, firstStart }: StatusInstance): boolean => firstStart && desired === 'run' && !ready && !unknown && !isEnded(state);
  return slots.filter((slot) => all.every((instance) => instance.slot !== slot || gains(instance))).length;
}

/** Of a service of which nothing is to run. */
function endingStatus({ wanted, stopped, asleep, deleting }: Pick<StatusFacts, 'stopped' | 'deleting'> & { readonly wanted: number; readonly asleep: string | undefined }, left: number): Partial<ServiceStatus> & Pick<ServiceStatus, 'state' | 'message'> | undefined {
  const stopping = { percent: null, phase: 'stopping', message: `${left} instance(s) still stop` };
  if (deleting) return { ...stopping, state: 'deleting' };
  if (wanted > 0) return undefined;
  return left > 0 ? { ...stopping, state: 'stopped' } : { state: 'stopped', message: stopped ? '' : (asleep ?? 'no instance is wanted') };
}

function rolloutText({ revision, failed, outdated }: StatusFacts['rollout'], instances: readonly StatusInstance[]): string {
  const proof = instances.find((instance) => !instance.outdated && instance.failedForGood);
  if (failed && proof) return `revision ${revision} does not start (${proof.diagnosis ?? (proof.reason || 'unknown')}): the one before goes on; change or revert it`;
  if (outdated === 0) return '';
  const waiting = instances.find((instance) => !instance.outdated && instance.noPlace);
  return `revision ${revision} is rolled out, ${outdated} instance(s) still run an older one${waiting ? '; no node has room beside them, so an old one goes first' : ''}`;
}

function failureText({ slot, reason, message, failedForGood, retryAt, diagnosis }: StatusInstance, now: number): string {
  const words = diagnosis ?? message;
  const cause = `instance ${slot + 1} failed (${reason || 'unknown'})${words === '' ? '' : `: ${words}`}`;
  if (failedForGood) return `${cause}; it failed the same way three times, so it is not tried again`;
  return `${cause}; next try in ${Math.max(0, Math.ceil((retryAt - now) / 1000))} s`;
}
