/** Milliseconds as minutes and seconds on a clock, `29:41`; null when nothing is left. */
export function clockText(ms: number): string | null {
  if (ms <= 0) return null;
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
