import type { Scaling } from '../../api';

export type ScalingWindow = Scaling['windows'][number];

/** Monday first, as weeks are read here; the contract counts from Sunday. */
export const weekDays = [1, 2, 3, 4, 5, 6, 0] as const;
export const hours: readonly number[] = Array.from({ length: 24 }, (_, hour) => hour);

/** What scaling starts from: the present count at least, twice as many at most. */
export function firstScaling(instances: number, timeZone: string): Scaling {
  const min = Math.max(1, instances);
  return { min, max: Math.min(64, min * 2), targetInFlight: 8, maxQueueSeconds: 5, scaleDownAfterMinutes: 15, zeroAfterMinutes: null, windows: [], timeZone };
}

export function firstWindow(scaling: Scaling): ScalingWindow {
  return { days: [1, 2, 3, 4, 5], fromMinute: 9 * 60, toMinute: 18 * 60, instances: scaling.max };
}

/** Only with none at least can the last one go; a change of the least number keeps the rest true. */
export function withMin(scaling: Scaling, min: number): Scaling {
  return { ...scaling, min, max: Math.max(1, scaling.max, min), zeroAfterMinutes: min === 0 ? (scaling.zeroAfterMinutes ?? 30) : null };
}

export function withDay(window: ScalingWindow, day: number, on: boolean): ScalingWindow {
  const days = weekDays.filter((each) => (each === day ? on : window.days.includes(each)));
  return { ...window, days };
}

export interface ScalingProblem {
  /** Last part of the translation key. */
  readonly word: 'maxBelowMin' | 'windowDays' | 'windowEmpty' | 'windowMax' | 'timeZone';
  /** Which window; null: none of them. */
  readonly window: number | null;
}

/** What stands against saving; empty when all is well. */
export function scalingProblems(scaling: Scaling, knowsZone: (zone: string) => boolean): readonly ScalingProblem[] {
  const problems: ScalingProblem[] = [];
  if (scaling.max < scaling.min) problems.push({ word: 'maxBelowMin', window: null });
  if (!knowsZone(scaling.timeZone)) problems.push({ word: 'timeZone', window: null });
  scaling.windows.forEach(({ days, fromMinute, toMinute, instances }, window) => {
    if (days.length === 0) problems.push({ word: 'windowDays', window });
    if (fromMinute === toMinute) problems.push({ word: 'windowEmpty', window });
    if (instances > scaling.max) problems.push({ word: 'windowMax', window });
  });
  return problems;
}

export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone !== '';
  } catch {
    return false;
  }
}

/** The least number of instances at a moment of the week: of the first window that holds, else the general one. */
export function leastAt({ windows, min }: Scaling, day: number, minute: number): number {
  return windows.find((window) => holds(window, day, minute))?.instances ?? min;
}

/** A window that ends before it begins goes on after midnight, on the day after each of its days. */
function holds({ days, fromMinute, toMinute }: ScalingWindow, day: number, minute: number): boolean {
  if (fromMinute < toMinute) return days.includes(day) && minute >= fromMinute && minute < toMinute;
  const yesterday = (day + 6) % 7;
  return (days.includes(day) && minute >= fromMinute) || (days.includes(yesterday) && minute < toMinute);
}

/** `09:30` of a minute of the day, and back; null for what is no time. */
export function clockOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

export function minuteOf(clock: string): number | null {
  const found = /^(\d{1,2}):(\d{2})$/.exec(clock);
  if (!found) return null;
  const [hour, minute] = [Number(found[1]), Number(found[2])];
  return hour < 24 && minute < 60 ? hour * 60 + minute : null;
}
