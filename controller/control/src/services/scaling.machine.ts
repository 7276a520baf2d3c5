import type { z } from 'zod';
import type { scalingSchema } from './services.schema.js';

/** How many instances are wanted when. */
export type Scaling = z.infer<typeof scalingSchema>;

export interface ScalingFacts {
  readonly now: number;
  /** How many are wanted so far; undefined: nothing was decided yet. */
  readonly current: number | undefined;
  readonly ready: number;
  /** What gateways say; undefined: nobody said anything lately. */
  readonly traffic: { readonly inFlight: number; readonly longestWaitMs: number } | undefined;
  /** When the last call ended, Unix milliseconds; undefined: nobody knows of one. */
  readonly lastCallAt: number | undefined;
  /** Since when fewer would do, Unix milliseconds; undefined: they would not. */
  readonly quietSince: number | undefined;
}

export interface ScalingDecision {
  readonly instances: number;
  readonly reason: string;
  readonly quietSince: number | undefined;
}

/**
 * How many instances are wanted: at least what a window or `min` says, at most `max`, and in between the calls in flight divided by
 * the target of one instance. More at once; fewer only after it was quiet for long enough, so that a pause between two calls
 * costs no instance. Without word from the gateways nothing is taken away. The last instance goes after `zeroAfterMinutes` without any
 * call, where that is set and no window holds, and comes back with the first call that waits. Pure.
 */
export function scale(scaling: Scaling, facts: ScalingFacts): ScalingDecision {
  const window = windowAt(scaling, facts.now);
  if (window === 0) return { instances: 0, reason: 'a window wants none now', quietSince: undefined };
  const floor = window === undefined && sleepsWhenIdle(scaling) ? 0 : Math.max(1, window ?? scaling.min);
  const ceiling = Math.max(1, floor, scaling.max);
  const before = Math.min(ceiling, Math.max(floor, facts.current ?? 1));
  const base = window === undefined ? `at least ${floor}` : `a window wants ${floor} now`;
  if (!facts.traffic) return { instances: before, reason: `${base}; no gateway tells what it is busy with`, quietSince: undefined };
  const { wanted, reason } = byLoad(scaling, facts, { floor, ceiling, before, base });
  if (wanted >= before) return { instances: wanted, reason, quietSince: undefined };
  return wanted === 0 ? fallAsleep(scaling, facts, before) : takeAway(scaling, facts, { before, wanted, reason });
}

/** What calls and windows want at this moment. Nobody goes from several instances to none. */
function byLoad({ targetInFlight, maxQueueSeconds }: Scaling, { ready, traffic }: ScalingFacts, { floor, ceiling, before, base }: { floor: number; ceiling: number; before: number; base: string }) {
  const { inFlight, longestWaitMs } = traffic ?? { inFlight: 0, longestWaitMs: 0 };
  const late = longestWaitMs > maxQueueSeconds * 1000 && ready >= before;
  const busy = Math.ceil(inFlight / targetInFlight);
  const wanted = Math.min(ceiling, Math.max(floor, busy, late ? before + 1 : 0, before > 1 ? 1 : 0));
  if (wanted <= floor) return { wanted, reason: base };
  return { wanted, reason: late && wanted > busy ? 'calls wait for too long' : `${inFlight} call(s) in flight, ${targetInFlight} for each instance` };
}

function takeAway({ targetInFlight, scaleDownAfterMinutes }: Scaling, { now, traffic, quietSince = now }: ScalingFacts, { before, wanted, reason }: { before: number; wanted: number; reason: string }): ScalingDecision {
  if (now - quietSince >= scaleDownAfterMinutes * 60_000) return { instances: wanted, reason, quietSince: undefined };
  return { instances: before, reason: `${traffic?.inFlight ?? 0} call(s) in flight, ${targetInFlight} for each instance; fewer after ${scaleDownAfterMinutes} quiet minutes`, quietSince };
}

function fallAsleep({ zeroAfterMinutes }: Scaling, { now, lastCallAt = 0, quietSince = now }: ScalingFacts, before: number): ScalingDecision {
  const minutes = zeroAfterMinutes ?? 0;
  const since = Math.max(quietSince, lastCallAt);
  if (now - since >= minutes * 60_000) {
    const reason = minutes === 1 ? 'no call for a minute; the next one starts an instance' : `no call for ${minutes} minutes; the next one starts an instance`;
    return { instances: 0, reason, quietSince: undefined };
  }
  const reason = minutes === 1 ? 'no call now; none at all after a minute without one' : `no call now; none at all after ${minutes} minutes without one`;
  return { instances: before, reason, quietSince: since };
}

/** It may have no instance at all while nobody calls. */
function sleepsWhenIdle({ min, zeroAfterMinutes }: Scaling): boolean {
  return min === 0 && zeroAfterMinutes !== null;
}

/** A call may start an instance now: it sleeps when idle, and no window says that there is to be none. */
export function mayWake(scaling: Scaling, now: number): boolean {
  return sleepsWhenIdle(scaling) && windowAt(scaling, now) !== 0;
}

/** What the first window that holds says, in local time of its zone; undefined: none holds. One that ends before it begins goes over midnight. */
export function windowAt({ windows, timeZone }: Scaling, now: number): number | undefined {
  const { day, minute } = localTime(timeZone, now);
  const yesterday = (day + 6) % 7;
  const holding = windows.find(({ days, fromMinute, toMinute }) =>
    fromMinute < toMinute ? days.includes(day) && minute >= fromMinute && minute < toMinute : (days.includes(day) && minute >= fromMinute) || (days.includes(yesterday) && minute < toMinute),
  );
  return holding?.instances;
}

/** False for a name that the runtime does not know. */
export function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function localTime(timeZone: string, now: number): { day: number; minute: number } {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).formatToParts(now);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  return { day: DAYS.indexOf(part('weekday')), minute: Number(part('hour')) * 60 + Number(part('minute')) };
}
