import { describe, expect, it } from 'vitest';
import { SignInThrottle } from './sign-in-throttle.js';

const fail = (throttle: SignInThrottle, account: string, source: string, times: number, now = 0) => {
  for (let i = 0; i < times; i++) throttle.failed(account, source, now);
};

describe('the sign-in throttle', () => {
  it('has five free failures, then doubles from one second to a minute', () => {
    const throttle = new SignInThrottle();
    const waits: number[] = [];
    for (let failures = 0; failures < 14; failures++) {
      waits.push(throttle.waitMs('ann', 'a', 0) / 1000);
      fail(throttle, 'ann', 'a', 1);
    }
    expect(waits).toEqual([0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('lets the next try through when the wait is over', () => {
    const throttle = new SignInThrottle();
    fail(throttle, 'ann', 'a', 7, 1000);
    expect([throttle.waitMs('ann', 'a', 1000), throttle.waitMs('ann', 'a', 4999), throttle.waitMs('ann', 'a', 5000)]).toEqual([4000, 1, 0]);
  });

  it('slows a source down that tries many accounts, and nobody else', () => {
    const throttle = new SignInThrottle();
    for (let i = 0; i < 21; i++) fail(throttle, `user-${i}`, 'bad', 1);
    expect(throttle.waitMs('fresh', 'bad', 0)).toBe(2000);
    expect(throttle.waitMs('fresh', 'good', 0)).toBe(0);
  });

  it('cannot be used to keep somebody out: other sources wait five seconds at most', () => {
    const throttle = new SignInThrottle();
    for (let i = 0; i < 500; i++) fail(throttle, 'ann', `bot-${i}`, 1);
    expect(throttle.waitMs('ann', 'home', 0)).toBe(5000);
  });

  it('forgets a pair that succeeded, but not the source', () => {
    const throttle = new SignInThrottle();
    fail(throttle, 'ann', 'a', 25);
    throttle.succeeded('ann', 'a');
    expect(throttle.waitMs('ann', 'a', 0)).toBe(32_000);
    expect(throttle.waitMs('ann', 'b', 0)).toBe(0);
  });

  it('forgets everything after a quarter of an hour without failures', () => {
    const throttle = new SignInThrottle();
    fail(throttle, 'ann', 'a', 30);
    expect(throttle.waitMs('ann', 'a', 15 * 60_000)).toBe(0);
    fail(throttle, 'ann', 'a', 1, 15 * 60_000);
    expect(throttle.waitMs('ann', 'a', 15 * 60_000)).toBe(0);
  });
});
