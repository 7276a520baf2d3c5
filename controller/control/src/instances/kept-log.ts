import type { InstanceLogLine } from './instance-link.js';

/** How much of one log is kept: its begin, where an engine tells what it was started with, and its end, where it tells why it died. */
export interface LogBounds {
  readonly headLines: number;
  readonly headBytes: number;
  readonly tailLines: number;
  readonly tailBytes: number;
}

export const LOG_BOUNDS: LogBounds = { headLines: 1_000, headBytes: 256 * 1024, tailLines: 4_000, tailBytes: 1024 * 1024 };

/**
 * What is kept of a log after newer lines of it came. Lines are told apart by their number in the engine's whole log; where lines are
 * missing, numbers jump. An engine that began a new log goes on behind the old one. Pure.
 */
export function keptLog(kept: readonly InstanceLogLine[], fresh: readonly InstanceLogLine[], bounds: LogBounds = LOG_BOUNDS): InstanceLogLine[] {
  const last = kept.at(-1)?.number ?? 0;
  const continues = continuation(kept, fresh);
  const news = continues ? fresh.filter(({ number }) => number > last) : fresh.map((line) => ({ ...line, number: line.number + last }));
  // An unfinished line is sent as far as it is, and whole the next time.
  const same = continues ? fresh.find(({ number }) => number === last) : undefined;
  return bounded(same ? [...kept.slice(0, -1), same, ...news] : [...kept, ...news], bounds);
}

/** False when the numbers cannot be of the log that is kept: they end before it does, or stand for other text. */
function continuation(kept: readonly InstanceLogLine[], fresh: readonly InstanceLogLine[]): boolean {
  const [last, newest] = [kept.at(-1), fresh.at(-1)];
  if (!last || !newest) return true;
  if (newest.number < last.number) return false;
  const byNumber = new Map(kept.map((line) => [line.number, line.text]));
  return fresh.every(({ number, text }) => number === last.number || (byNumber.get(number) ?? text) === text);
}

function bounded(lines: readonly InstanceLogLine[], { headLines, headBytes, tailLines, tailBytes }: LogBounds): InstanceLogLine[] {
  if (lines.length <= headLines + tailLines && size(lines) <= headBytes + tailBytes) return [...lines];
  const head = within(lines.slice(0, headLines), headBytes);
  const rest = lines.slice(head.length).slice(-tailLines).reverse();
  return [...head, ...within(rest, tailBytes).reverse()];
}

/** As many of the first lines as the bytes hold. */
function within(lines: readonly InstanceLogLine[], most: number): InstanceLogLine[] {
  let bytes = 0;
  const over = lines.findIndex(({ text }) => (bytes += Buffer.byteLength(text)) > most);
  return lines.slice(0, over < 0 ? lines.length : over);
}

function size(lines: readonly InstanceLogLine[]): number {
  return lines.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
}
