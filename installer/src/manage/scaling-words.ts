import { UserError } from '../install/index.js';
import type { Scaling } from '../rest/index.js';

const EX_DATAERR = 65;
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** What the console begins with. */
const DEFAULTS = { targetInFlight: 8, maxQueueSeconds: 5, scaleDownAfterMinutes: 15, zeroAfterMinutes: null, timeZone: 'UTC' };

/**
 * Limits of scaling as people write them: what is left out is what the console begins with, and windows may say
 * `days: [mon, fri]`, `from: "08:00"` and `to: "18:30"`. Everything else stands as the REST API names it.
 * @throws UserError naming the field
 */
export function scalingFrom(file: string, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (typeof value !== 'object' || Array.isArray(value)) throw new UserError(`${file}: scaling: must be fields such as "min: 1" and "max: 4", or null`, EX_DATAERR);
  const { windows = [], ...limits } = value as { windows?: unknown };
  if (!Array.isArray(windows)) throw new UserError(`${file}: scaling.windows: must be a list`, EX_DATAERR);
  return { ...DEFAULTS, ...limits, windows: windows.map((window, index) => windowFrom(`${file}: scaling.windows.${index}`, window)) } satisfies Partial<Record<keyof Scaling, unknown>>;
}

function windowFrom(where: string, value: unknown): object {
  if (typeof value !== 'object' || value === null) throw new UserError(`${where}: must be fields such as "days: [mon]", "from: '08:00'", "to: '18:00'" and "instances: 2"`, EX_DATAERR);
  const { days, from, to, ...rest } = value as { days?: unknown; from?: unknown; to?: unknown };
  return {
    ...rest, ...(Array.isArray(days) ? { days: days.map((day) => dayFrom(where, day)) } : days === undefined ? {} : { days }),
    ...(from === undefined ? {} : { fromMinute: minuteFrom(`${where}.from`, from) }), ...(to === undefined ? {} : { toMinute: minuteFrom(`${where}.to`, to) }),
  };
}

function dayFrom(where: string, day: unknown): unknown {
  if (typeof day !== 'string') return day;
  const found = DAYS.indexOf(day.slice(0, 3).toLowerCase());
  if (found < 0) throw new UserError(`${where}.days: "${day}" is no day; there are ${DAYS.join(', ')}`, EX_DATAERR);
  return found;
}

function minuteFrom(where: string, text: unknown): number {
  const [, hour = '', minute = ''] = /^(\d{1,2}):(\d{2})$/.exec(String(text)) ?? [];
  // 24:00 is where the day ends, which windows write as the 0:00 after it.
  const minutes = (Number(hour) * 60 + Number(minute)) % (24 * 60);
  if (hour === '' || Number(hour) > 24 || Number(minute) > 59) throw new UserError(`${where}: must be a time such as "08:00", in quotes`, EX_DATAERR);
  return minutes;
}
