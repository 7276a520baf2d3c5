import { describe, expect, it } from 'vitest';
import { isTimeZone, mayWake, scale, windowAt, type Scaling, type ScalingFacts } from './scaling.machine.js';

const MINUTE = 60_000;
const scaling = (over: Partial<Scaling> = {}): Scaling => ({ min: 1, max: 4, targetInFlight: 4, maxQueueSeconds: 5, scaleDownAfterMinutes: 10, zeroAfterMinutes: null, windows: [], timeZone: 'UTC', ...over });
const NOW = Date.UTC(2026, 0, 5, 12, 0);
const facts = (over: Partial<ScalingFacts> = {}): ScalingFacts => ({ now: NOW, current: 1, ready: 1, traffic: { inFlight: 0, longestWaitMs: 0 }, lastCallAt: undefined, quietSince: undefined, ...over });
const wants = (over: Partial<ScalingFacts>, limits: Partial<Scaling> = {}) => scale(scaling(limits), facts(over)).instances;

describe('scaling by load', () => {
  it.each([[0, 1], [4, 1], [5, 2], [16, 4], [100, 4]])('%i calls in flight want %i', (inFlight, instances) => expect(wants({ traffic: { inFlight, longestWaitMs: 0 } })).toBe(instances));
  it('adds one when calls wait for too long, but not while one is on its way', () => {
    const traffic = { inFlight: 2, longestWaitMs: 5_001 };
    expect(wants({ traffic })).toBe(2);
    expect(wants({ traffic, ready: 0 })).toBe(1);
  });
  it('takes away only after quiet minutes, counted from their begin', () => {
    const quiet = scale(scaling(), facts({ current: 3 }));
    expect(quiet).toMatchObject({ instances: 3, quietSince: NOW });
    expect(wants({ current: 3, quietSince: NOW - 10 * MINUTE + 1 })).toBe(3);
    expect(wants({ current: 3, quietSince: NOW - 10 * MINUTE })).toBe(1);
  });
  it('forgets the quiet when there are calls again', () => expect(scale(scaling(), facts({ current: 2, quietSince: NOW - MINUTE, traffic: { inFlight: 8, longestWaitMs: 0 } })).quietSince).toBeUndefined());
  it('takes nothing away while no gateway tells', () => expect(wants({ current: 3, traffic: undefined, quietSince: 0 })).toBe(3));
  it('keeps limits at once, and never takes the last one away by quiet', () => {
    expect(wants({ current: 9, traffic: { inFlight: 99, longestWaitMs: 0 } }, { max: 2 })).toBe(2);
    expect(wants({ current: 1 }, { min: 3 })).toBe(3);
    expect(wants({ current: 1, quietSince: 0 }, { min: 0 })).toBe(1);
  });
});

describe('sleep', () => {
  const idle = { min: 0, zeroAfterMinutes: 30 } as const;
  it('is off unless both limits allow it', () => {
    expect(wants({ quietSince: 0 }, { min: 0 })).toBe(1);
    expect(wants({ quietSince: 0 }, { min: 1, zeroAfterMinutes: 30 })).toBe(1);
  });
  it('comes after minutes without a call, also of calls that were over before anybody looked', () => {
    const begun = scale(scaling(idle), facts());
    expect(begun).toMatchObject({ instances: 1, quietSince: NOW });
    expect(wants({ quietSince: NOW - 30 * MINUTE + 1 }, idle)).toBe(1);
    expect(wants({ quietSince: NOW - 30 * MINUTE }, idle)).toBe(0);
    expect(wants({ quietSince: NOW - 90 * MINUTE, lastCallAt: NOW - 30 * MINUTE + 1 }, idle)).toBe(1);
    expect(wants({ quietSince: NOW - 90 * MINUTE, lastCallAt: NOW - 30 * MINUTE }, idle)).toBe(0);
  });
  it('speaks of one minute as of one', () => {
    const minute = scaling({ ...idle, zeroAfterMinutes: 1 });
    expect(scale(minute, facts()).reason).toBe('no call now; none at all after a minute without one');
    expect(scale(minute, facts({ quietSince: NOW - MINUTE })).reason).toBe('no call for a minute; the next one starts an instance');
    expect(scale(scaling(idle), facts({ quietSince: 0 })).reason).toBe('no call for 30 minutes; the next one starts an instance');
  });
  it('does not begin while a call is answered, or no gateway tells', () => {
    expect(wants({ quietSince: 0, traffic: { inFlight: 1, longestWaitMs: 0 } }, idle)).toBe(1);
    expect(wants({ quietSince: 0, traffic: undefined }, idle)).toBe(1);
  });
  it('takes several instances down to one first', () => expect(wants({ current: 3, quietSince: NOW - 31 * MINUTE }, idle)).toBe(1));
  it('ends with the first call that waits, and stays without one', () => {
    expect(wants({ current: 0, ready: 0 }, idle)).toBe(0);
    expect(wants({ current: 0, ready: 0, traffic: undefined }, idle)).toBe(0);
    expect(wants({ current: 0, ready: 0, traffic: { inFlight: 1, longestWaitMs: 100 } }, idle)).toBe(1);
  });
  it('begins with one instance', () => expect(wants({ current: undefined, ready: 0 }, idle)).toBe(1));
  it('gives way to windows', () => {
    const day = { days: [1], fromMinute: 0, toMinute: 1439, instances: 2 };
    expect(wants({ current: 2, quietSince: 0 }, { ...idle, windows: [day] })).toBe(2);
    expect(mayWake(scaling({ ...idle, windows: [{ ...day, instances: 0 }] }), NOW)).toBe(false);
    expect(mayWake(scaling(idle), NOW)).toBe(true);
  });
});

describe('scaling by windows', () => {
  const day = { days: [1], fromMinute: 9 * 60, toMinute: 17 * 60, instances: 3 };
  const night = { days: [0], fromMinute: 22 * 60, toMinute: 6 * 60, instances: 0 };
  const at = (hour: number, date = 5) => Date.UTC(2026, 0, date, hour, 0);
  it('holds from its first minute until before its last, on its days', () => {
    expect([8, 9, 16, 17].map((hour) => windowAt(scaling({ windows: [day] }), at(hour)))).toEqual([undefined, 3, 3, undefined]);
    expect(windowAt(scaling({ windows: [day] }), at(12, 6))).toBeUndefined();
  });
  it('goes over midnight into the next day', () => {
    expect([at(21, 4), at(22, 4), at(5), at(6)].map((now) => windowAt(scaling({ windows: [night] }), now))).toEqual([undefined, 0, 0, undefined]);
  });
  it('is read in local time, also where summer time begins', () => {
    const berlin = scaling({ windows: [{ days: [0], fromMinute: 3 * 60, toMinute: 4 * 60, instances: 2 }], timeZone: 'Europe/Berlin' });
    // On 2026-03-29 the clock jumps there from 02:00 to 03:00, which is 01:00 UTC.
    expect([Date.UTC(2026, 2, 29, 0, 59), Date.UTC(2026, 2, 29, 1, 0), Date.UTC(2026, 2, 29, 1, 59), Date.UTC(2026, 2, 29, 2, 0)].map((now) => windowAt(berlin, now))).toEqual([undefined, 2, 2, undefined]);
  });
  it('is the floor of what load wants; a window with none ends all', () => {
    expect(wants({ now: at(12) }, { windows: [day] })).toBe(3);
    expect(wants({ now: at(12), traffic: { inFlight: 16, longestWaitMs: 0 } }, { windows: [day] })).toBe(4);
    expect(wants({ now: at(23, 4), current: 2 }, { windows: [night] })).toBe(0);
  });
  it('knows zones', () => expect(['UTC', 'Asia/Shanghai', 'Nowhere/Land'].map(isTimeZone)).toEqual([true, true, false]));
});
