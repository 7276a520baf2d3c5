/** What stands where a value is not known. */
export const unknownMark = '–';

const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

/**
 * Bytes in steps of 1024, as drivers and `free` count: whole numbers, one decimal below 10 and from TB on.
 * `formatBytes(200_794_000_000)` is `187 GB`.
 */
export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined || !Number.isFinite(bytes) || bytes < 0) return unknownMark;
  let step = 0;
  let value = bytes;
  // 1023.5 and up would be shown as 1024 of the smaller unit.
  while (value >= 1023.5 && step < units.length - 1) {
    value /= 1024;
    step += 1;
  }
  const decimals = step >= 4 || (step >= 2 && value < 9.95) ? 1 : 0;
  return `${trimmed(value, decimals)} ${units[step] ?? 'B'}`;
}

function trimmed(value: number, decimals: number): string {
  return value.toFixed(decimals).replace(/\.0$/, '');
}

const durationWords = {
  en: { day: ' d', hour: ' h', minute: ' min', second: ' s' },
  zh: { day: ' 天', hour: ' 小时', minute: ' 分', second: ' 秒' },
} as const;

/** Milliseconds in the two largest units that matter: `180 ms`, `9.05 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(ms: number | null | undefined, language: 'zh' | 'en' = 'en', whole = false): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms) || ms < 0) return unknownMark;
  const words = durationWords[language];
  if (whole && ms < 59_995) return `${Math.floor(ms / 1000)}${words.second}`;
  if (ms < 1000) return `${ms < 10 ? trimmed(ms, 1) : Math.round(ms)} ms`;
  if (ms < 59_995) return `${(ms / 1000).toFixed(2)}${words.second}`;
  const seconds = Math.round(ms / 1000);
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), words.day],
    [Math.floor((seconds % 86_400) / 3600), words.hour],
    [Math.floor((seconds % 3600) / 60), words.minute],
    [seconds % 60, words.second],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  return parts
    .slice(first, first + 2)
    .filter(([value]) => value > 0)
    .map(([value, word]) => `${value}${word}`)
    .join(' ');
}

/** A number with grouping and at most `decimals` digits after the point. */
export function formatNumber(value: number | null | undefined, decimals = 0, language: 'zh' | 'en' = 'en'): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return unknownMark;
  return new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(value);
}

const relativeSteps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** How long ago (or ahead) an instant is, in the largest unit; within 45 seconds "just now". */
export function formatRelative(at: Date, now: Date, language: 'zh' | 'en', justNow: string): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  if (Math.abs(seconds) < 45) return justNow;
  const format = new Intl.RelativeTimeFormat(language === 'zh' ? 'zh-CN' : 'en', { numeric: 'always', style: 'short' });
  const [unit, size] = relativeSteps.find(([, length]) => Math.abs(seconds) >= length * 0.99) ?? (['minute', 60] as const);
  return format.format(Math.sign(seconds) * Math.max(1, Math.round(Math.abs(seconds) / size)), unit);
}

/** `2026-11-23 06:17:38`, in the browser's zone and the same in every language. */
export function formatInstant(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** To the millisecond, for rows that are compared: `2026-11-23 06:17:38.126`. */
export function formatExactInstant(at: Date): string {
  return `${formatInstant(at)}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** Milliseconds as seconds without the unit, for columns that name it: `0.004` below one second, else `9.05`. */
export function formatSeconds(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms) || ms < 0) return unknownMark;
  return (ms / 1000).toFixed(ms < 999.5 ? 3 : 2);
}
