import { expect, it } from 'vitest';
import { Clock } from '../config/index.js';
import { AWAY_MS, FRESH_MS, Traffic } from './traffic.js';

let now = 1_000_000;
const fresh = () => new Traffic(Object.assign(Object.create(Clock.prototype) as Clock, { now: () => now }));
const word = (inFlight: number, waiting = 0) => ({ instances: [{ instanceId: 'i', inFlight }], services: [{ serviceId: 's', inFlight, waiting, longestWaitMs: waiting * 10 }] });

it('knows the calls of an instance only when every gateway spoke after the moment', () => {
  const traffic = fresh();
  expect(traffic.inFlight('i', now)).toBeUndefined();
  traffic.report('a', word(2));
  traffic.report('b', word(1));
  expect(traffic.inFlight('i', now)).toBe(3);
  expect(traffic.inFlight('other', now)).toBe(0);
  const retired = (now += 1);
  traffic.report('a', word(0));
  expect(traffic.inFlight('i', retired)).toBeUndefined();
});

it('does not take a gateway that went for an idle one, until its calls had their time', () => {
  const traffic = fresh();
  traffic.report('a', word(0));
  traffic.report('b', word(5));
  traffic.lost('b');
  expect(traffic.inFlight('i', now)).toBeUndefined();
  traffic.back('b');
  traffic.report('b', word(1));
  expect(traffic.inFlight('i', now)).toBe(1);
  traffic.lost('b');
  now += AWAY_MS + 1;
  traffic.report('a', word(0));
  expect(traffic.inFlight('i', now)).toBe(0);
});

it('adds up services over gateways that spoke lately', () => {
  const traffic = fresh();
  traffic.report('a', word(2, 1));
  traffic.report('b', word(1));
  expect(traffic.ofService('s')).toEqual({ inFlight: 3, waiting: 1, longestWaitMs: 10 });
  now += FRESH_MS + 1;
  expect(traffic.ofService('s')).toBeUndefined();
});
