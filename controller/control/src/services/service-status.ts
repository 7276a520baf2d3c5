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
  readonly wanted: number;
  /** A person keeps it stopped. */
  readonly stopped: boolean;
  /** Why scaling wants none; undefined: it wants some, or does not scale. */
  readonly asleep?: string | undefined;
  readonly deleting: boolean;
  readonly wasReady: boolean;
  /** Whether the newest revision does not start, and how many instances run another one. */
  readonly rollout: { readonly revision: number; readonly failed: boolean; readonly outdated: number };
}

/** A service in one line, from its instances. Derived every time, stored nowhere. */
export function serviceStatus({ wanted, stopped, asleep, deleting, wasReady, rollout }: StatusFacts, all: readonly StatusInstance[], now: number): ServiceStatus {
  const instances = all.filter(({ desired }) => desired === 'run');
  const readyInstances = instances.filter(({ ready, unknown }) => ready && !unknown).length;
  const moving = instances.filter(({ state, ready, unknown }) => !isEnded(state) && !ready && !unknown).sort((a, b) => a.percent - b.percent);
  const failed = instances.filter(({ state }) => state === 'failed');
  const silent = instances.filter(({ unknown }) => unknown);
  const [slowest] = moving;
  const base = { readyInstances, percent: slowest ? slowest.percent : null, phase: slowest?.phase ?? '' };
  const ending = endingStatus({ wanted, stopped, asleep, deleting }, all.length);
  if (ending) return { ...base, ...ending };
  const message = [rolloutText(rollout, instances), ...failed.map((one) => failureText(one, now)), ...(silent.length > 0 ? [`${silent.length} instance(s) are on a silent node`] : []), slowest?.message ?? ''].filter((text) => text !== '').join('; ');
  if (readyInstances >= wanted) return { ...base, state: 'ready', percent: rollout.outdated > 0 ? base.percent : null, phase: '', message: rolloutText(rollout, instances) };
  if (readyInstances > 0) return { ...base, state: 'degraded', message };
  if (moving.length === 0 && failed.some(({ failedForGood }) => failedForGood)) return { ...base, state: 'failed', phase: 'failed', message };
  if (moving.length === 0 && silent.length > 0 && wasReady) return { ...base, state: 'degraded', message };
  return { ...base, state: 'deploying', message };
}

/** Of a service of which nothing is to run. */
function endingStatus({ wanted, stopped, asleep, deleting }: Pick<StatusFacts, 'wanted' | 'stopped' | 'deleting'> & { readonly asleep: string | undefined }, left: number): Partial<ServiceStatus> & Pick<ServiceStatus, 'state' | 'message'> | undefined {
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
