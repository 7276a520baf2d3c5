import { describe, expect, it } from 'vitest';
import { formatBytes, formatDuration, formatExactInstant, formatInstant, formatNumber, formatRelative, formatSeconds } from './format';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'], [512, '512 B'], [1023, '1023 B'], [1024, '1 KB'], [1536 * 1024, '1.5 MB'], [9 * 1024 ** 3, '9 GB'], [187 * 1024 ** 3, '187 GB'],
    [1023.7 * 1024 ** 3, '1 TB'], [4.94 * 1024 ** 4, '4.9 TB'], [13 * 1024 ** 4, '13 TB'],
  ])('%d is %s', (bytes, words) => expect(formatBytes(bytes)).toBe(words));

  it.each([null, undefined, -1, NaN, Infinity])('%s is unknown', (bytes) => expect(formatBytes(bytes)).toBe('–'));
});

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'], [0.42, '0.4 ms'], [180, '180 ms'], [9050, '9.05 s'], [59_999, '1 min'], [200_000, '3 min 20 s'], [7_500_000, '2 h 5 min'], [3 * 86_400_000 + 14_400_000, '3 d 4 h'],
  ])('%d ms is %s', (ms, words) => expect(formatDuration(ms)).toBe(words));

  it('counts up in whole seconds', () => expect([formatDuration(900, 'en', true), formatDuration(14_000, 'en', true), formatDuration(61_000, 'en', true)]).toEqual(['0 s', '14 s', '1 min 1 s']));
  it('writes Chinese units', () => expect(formatDuration(200_000, 'zh')).toBe('3 分 20 秒'));
  it('does not invent what it does not know', () => expect(formatDuration(null)).toBe('–'));
});

describe('formatNumber', () => {
  it('groups and rounds', () => expect(formatNumber(1234.567, 2)).toBe('1,234.57'));
  it.each([null, undefined, NaN])('%s is unknown', (value) => expect(formatNumber(value)).toBe('–'));
});

describe('formatRelative', () => {
  const now = new Date('2026-11-23T12:00:00Z');
  const ago = (seconds: number) => formatRelative(new Date(now.getTime() - seconds * 1000), now, 'en', 'just now');

  it('says just now within three quarters of a minute', () => expect(ago(40)).toBe('just now'));
  it('counts minutes, hours and days', () => expect([60, 180, 3600, 86_400 * 3].map(ago)).toEqual(['1 min. ago', '3 min. ago', '1 hr. ago', '3 days ago']));
  it('looks ahead too', () => expect(ago(-86_400 * 30)).toBe('in 30 days'));
});

describe('formatInstant', () => {
  const at = new Date(2026, 0, 3, 6, 7, 8, 9);

  it('is the date and time of the browser, padded', () => expect(formatInstant(at)).toBe('2026-01-03 06:07:08'));
  it('keeps the milliseconds where they are asked for', () => expect(formatExactInstant(at)).toBe('2026-01-03 06:07:08.009'));
});

describe('formatSeconds', () => {
  it.each([[4.3, '0.004'], [998.9, '0.999'], [999.6, '1.00'], [9054, '9.05'], [0, '0.000']])('%d ms is %s', (ms, words) => expect(formatSeconds(ms)).toBe(words));
  it.each([null, undefined, NaN, -1])('%s is unknown', (ms) => expect(formatSeconds(ms)).toBe('–'));
});
