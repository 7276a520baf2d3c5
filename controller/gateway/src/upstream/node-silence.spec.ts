import { expect, it } from 'vitest';
import { NodeSilence } from './node-silence.js';

it('a host is gone after two unanswered connections one after the other, with nothing heard in between', () => {
  const silence = new NodeSilence();
  // Two at once tell no more than one.
  expect([silence.unanswered('a', 0, 3000), silence.unanswered('a', 10, 3010)]).toEqual([false, false]);
  expect(silence.unanswered('b', 3000, 6000)).toBe(false);
  expect(silence.unanswered('a', 3500, 6500)).toBe(true);
  silence.heard('a');
  expect(silence.unanswered('a', 7000, 10_000)).toBe(false);
});
