import { expect, it } from 'vitest';
import { gib } from './gib.js';

it.each([[512, '512 bytes'], [3.5 * 1024 ** 3, '3.50 GiB'], [12 * 1024 ** 2, '12.0 MiB'], [1020 * 1024, '1020 KiB'], [123.4 * 1024 ** 2, '123 MiB']] as const)('%d is %s', (bytes, words) => {
  expect(gib(bytes)).toBe(words);
});
