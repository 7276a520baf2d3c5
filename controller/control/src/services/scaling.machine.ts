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
 * costs no instance. Without word from the gateways nothing is taken away. The last instance is never taken away by quiet. Pure.
 */
export function scale(scaling: Scaling, { now, current, ready, traffic, quietSince }: ScalingFacts): ScalingDecision {
  const window = windowAt(scaling, now);
  const floor = Math.max(1, window ?? scaling.min);
  const ceiling = Math.max(floor, scaling.max);
  if (window === 0) return { instances: 0, reason: 'a window wants none now', quietSince: undefined };
  const before = Math.min(ceiling, Math.max(floor, current ?? floor));
  const base = window === undefined ? `at least ${floor}` : `a window wants ${floor} now`;
  if (!traffic) return { instances: before, reason: `${base}; no gateway tells what it is busy with`, quietSince: undefined };
  const late = traffic.longestWaitMs > scaling.maxQueueSeconds * 1000 && ready >= before;
  const byLoad = Math.ceil(traffic.inFlight / scaling.targetInFlight);
  const wanted = Math.min(ceiling, Math.max(floor, byLoad, late ? before + 1 : 0));
  const load = `${traffic.inFlight} call(s) in flight, ${scaling.targetInFlight} for each instance`;
  if (wanted >= before) return { instances: wanted, reason: wanted > floor ? (late && wanted > byLoad ? 'calls wait for too long' : load) : base, quietSince: undefined };
  const since = quietSince ?? now;
  if (now - since < scaling.scaleDownAfterMinutes * 60_000) return { instances: before, reason: `${load}; fewer after ${scaling.scaleDownAfterMinutes} quiet minutes`, quietSince: since };
  return { instances: wanted, reason: wanted > floor ? load : base, quietSince: undefined };
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
