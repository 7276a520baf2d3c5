import { expect, it } from 'vitest';
import { duration, table } from './table.js';

it('aligns columns', () => {
  expect(table(['A', 'LONG'], [['wide', 'x'], ['y', '']])).toBe('  A     LONG\n  wide  x\n  y');
});

it.each([[0, '0 s'], [59.9, '59 s'], [3_605, '1 h 5 s'], [93_784, '1 d 2 h'], [125, '2 m 5 s']])('%d seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});
