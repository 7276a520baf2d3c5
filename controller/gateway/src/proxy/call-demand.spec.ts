import { expect, it } from 'vitest';
import { CallDemand } from './call-demand.js';
import { LiveCalls, type LiveCall } from './live-calls.js';

it('tells who waits for an instance, and the longest wait for a first word', () => {
  const live = new LiveCalls();
  let now = 10_000;
  const demand = new CallDemand(live, () => now);
  const call = (wait: LiveCall['wait']): LiveCall => ({ keyId: 'k', stop: () => undefined, wait });
  live.add(call(undefined));
  live.add(call({ serviceId: 'a', sinceMs: 9_000, forInstance: false }));
  live.add(call({ serviceId: 'a', sinceMs: 4_000, forInstance: false }));
  live.add(call({ serviceId: 'b', sinceMs: 9_500, forInstance: true }));
  demand.asked('c');
  expect(Object.fromEntries(demand.all())).toEqual({ a: { waiting: 0, longestWaitMs: 6_000 }, b: { waiting: 1, longestWaitMs: 500 }, c: { waiting: 1, longestWaitMs: 0 } });
  now += 15_001;
  expect(demand.all().has('c')).toBe(false);
});
