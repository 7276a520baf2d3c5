import { expect, it } from 'vitest';
import { Presence } from './presence.js';

it('the controller is away once it was waited for in vain, at the start and after every session', () => {
  let now = 100;
  const presence = new Presence(() => now);
  expect(presence.standing()).toBe('awaited');
  now += 14_999;
  expect(presence.standing()).toBe('awaited');
  now += 1;
  expect(presence.standing()).toBe('away');
  presence.turn(true);
  expect(presence.standing()).toBe('connected');
  now += 60_000;
  presence.turn(false);
  expect(presence.standing()).toBe('awaited');
  now += 10_000;
  presence.turn(false); // attempts that fail do not begin the wait anew
  now += 5_000;
  expect(presence.standing()).toBe('away');
});
