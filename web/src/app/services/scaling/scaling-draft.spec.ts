import { describe, expect, it } from 'vitest';
import { clockOf, firstScaling, isTimeZone, leastAt, minuteOf, scalingProblems, withDay, withMin } from './scaling-draft';

const scaling = { ...firstScaling(1, 'Asia/Shanghai'), max: 4 };
const window = { days: [1, 5], fromMinute: 9 * 60, toMinute: 18 * 60, instances: 3 };
const problems = (value: typeof scaling) => scalingProblems(value, isTimeZone).map(({ word }) => word);

describe('scaling', () => {
  it('allows none only with a time of quiet', () => {
    expect(withMin(scaling, 0)).toMatchObject({ min: 0, zeroAfterMinutes: 30 });
    expect(withMin(withMin(scaling, 0), 6)).toMatchObject({ min: 6, max: 6, zeroAfterMinutes: null });
  });

  it('says what cannot be', () => {
    expect(problems(scaling)).toEqual([]);
    expect(problems({ ...scaling, min: 5, timeZone: 'Moon/Sea' })).toEqual(['maxBelowMin', 'timeZone']);
    expect(problems({ ...scaling, windows: [{ ...window, days: [], instances: 9 }, { ...window, toMinute: window.fromMinute }] })).toEqual(['windowDays', 'windowMax', 'windowEmpty']);
  });

  it('knows the least number at any hour, over midnight too', () => {
    const night = { ...window, days: [0], fromMinute: 22 * 60, toMinute: 6 * 60, instances: 0 };
    const all = { ...scaling, windows: [window, night] };
    expect([leastAt(all, 1, 540), leastAt(all, 1, 1080), leastAt(all, 2, 600)]).toEqual([3, 1, 1]);
    expect([leastAt(all, 0, 23 * 60), leastAt(all, 1, 60), leastAt(all, 1, 6 * 60), leastAt(all, 0, 60)]).toEqual([0, 0, 1, 1]);
  });

  it('takes days in and out, and reads times', () => {
    expect(withDay(window, 0, true).days).toEqual([1, 5, 0]);
    expect(withDay(window, 1, false).days).toEqual([5]);
    expect([clockOf(545), minuteOf('09:05'), minuteOf('9:5'), minuteOf('24:00')]).toEqual(['09:05', 545, null, null]);
  });
});
