import { describe, expect, it } from 'vitest';
import { looksCloned } from './clone-watch.js';

const series = (...machines: string[]) => machines.map((machine, index) => ({ at: index * 1_000, machine }));

describe('clone watch', () => {
  it.each([
    ['an agent that is killed again and again', series('a', 'a', 'a', 'a', 'a'), false],
    ['a reboot', series('a', 'a', 'b', 'b'), false],
    ['two machines in turns', series('a', 'b', 'a'), true],
    ['two machines, one of them restarting', series('a', 'a', 'b', 'a'), true],
    ['two displacements only', series('a', 'b'), false],
  ])('%s: %#', (_, displacements, cloned) => {
    expect(looksCloned(displacements, 5_000)).toBe(cloned);
  });

  it('forgets after a minute', () => {
    expect(looksCloned(series('a', 'b', 'a'), 63_000)).toBe(false);
  });
});
