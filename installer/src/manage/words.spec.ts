import { describe, expect, it } from 'vitest';
import { bytes, cards, percent, usage } from './words.js';

describe('words of the command line', () => {
  it.each([[0, '0 B'], [1023, '1023 B'], [9.5 * 2 ** 30, '9.5 GB'], [187 * 2 ** 30, '187 GB'], [4.9 * 2 ** 40, '4.9 TB'], [null, '-']])('%s bytes are %s', (count, text) => {
    expect(bytes(count)).toBe(text);
  });
  it('names use, cards and percents as the console does', () => {
    expect(usage(9 * 2 ** 30, 187 * 2 ** 30)).toBe('5% (9.0 GB / 187 GB)');
    expect(usage(null, 1)).toBe('-');
    expect(cards([{ name: 'A', memoryBytes: 2 ** 30 }, { name: 'A', memoryBytes: 2 ** 30 }, { name: 'B', memoryBytes: 2 ** 31 }])).toBe('A 1.0 GB ×2 + B 2.0 GB ×1');
    expect([percent(84.09), percent(100), percent(12.5)]).toEqual(['84.09%', '100%', '12.5%']);
  });
});
