import { describe, expect, it } from 'vitest';
import { findLines, levelOf, plainText, splitAt } from './log-lines';

const line = (text: string, error = false) => ({ number: 1, at: null, text, error });

describe('log lines', () => {
  it('drops what only terminals understand', () => {
    expect(plainText('\u001b[31mfailed\u001b[0m\u0007 now\r')).toBe('failed now');
  });

  it('tells levels by the words, then by the stream', () => {
    expect(levelOf(line('2026-11-23 ERROR out of memory'))).toBe('error');
    expect(levelOf(line('warning: slow disk'))).toBe('warn');
    expect(levelOf(line('INFO ready', true))).toBe('info');
    expect(levelOf(line('boom', true))).toBe('error');
    expect(levelOf(line('an errorless start'))).toBe('info');
  });

  it('cuts at each match, whatever its case', () => {
    expect(splitAt('Load loaded', 'load')).toEqual([{ text: 'Load', hit: true }, { text: ' ', hit: false }, { text: 'load', hit: true }, { text: 'ed', hit: false }]);
    expect(splitAt('nothing', 'x')).toEqual([{ text: 'nothing', hit: false }]);
  });

  it('finds nothing for an empty search', () => {
    expect(findLines([line('a')], '')).toEqual([]);
    expect(findLines([line('a'), line('b'), line('A')], 'a')).toEqual([0, 2]);
  });
});
