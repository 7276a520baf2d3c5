import { waitFor } from '@openstation/kit';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FakeDriver, type DriverFingerprint } from '../driver/index.js';
import { DriverWatch } from './driver-watch.js';

let now = 0;
beforeEach(() => {
  now = 0;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => vi.useRealTimers());

it('a driver that hangs is told as hanging within its deadline, is asked once, and is back with its late answer', async () => {
  const answer = Promise.withResolvers<DriverFingerprint>();
  const driver = new FakeDriver();
  const asked = vi.spyOn(driver, 'fingerprint').mockReturnValue(answer.promise);
  const watch = new DriverWatch([driver], () => now);
  for (let look = 0; look < 2; look++) {
    const looking = watch.look();
    await vi.advanceTimersByTimeAsync(6000);
    await looking;
    expect(watch.states()).toMatchObject([{ available: false, hanging: true, message: expect.stringContaining('hangs') as string }]);
    now += 10_000;
  }
  expect(asked).toHaveBeenCalledTimes(1);
  vi.useRealTimers();
  answer.resolve({ available: true, version: '28', message: '' });
  await waitFor(() => watch.states()[0]?.available, { what: 'the late answer', timeoutMs: 1000 });
});

it('one that rejects is away, with its words', async () => {
  const driver = new FakeDriver();
  vi.spyOn(driver, 'fingerprint').mockRejectedValue(new Error('connect ENOENT'));
  const watch = new DriverWatch([driver], () => now);
  await watch.look();
  expect(watch.states()).toEqual([{ name: 'fake', available: false, version: '', message: 'connect ENOENT', hanging: false }]);
});

it('one late answer changes nothing, a second in a row does; what is not well is asked again soon', async () => {
  const driver = new FakeDriver();
  const well = { available: true, version: '28', message: '' };
  const late = { available: false, version: '', message: 'the answer of the Docker engine took longer than 5000 ms' };
  const asked = vi.spyOn(driver, 'fingerprint');
  const watch = new DriverWatch([driver], () => now);
  const available: (boolean | undefined)[] = [];
  for (const answer of [well, late, well, late, late, well]) {
    asked.mockResolvedValueOnce(answer);
    await watch.look();
    available.push(watch.states()[0]?.available);
    now += answer === well ? 10_000 : 2000;
  }
  expect(available).toEqual([true, true, true, true, false, true]);
  expect(asked).toHaveBeenCalledTimes(6);
});
