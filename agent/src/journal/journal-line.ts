import { crc32 } from 'node:zlib';
import type { JournalRecord } from './journal.js';

export type JournalEntry = { readonly put: JournalRecord } | { readonly forget: string };

/** `<crc32, 8 hex> <json>\n`: a torn or damaged line is recognised by itself. */
export function formatLine(entry: JournalEntry): string {
  const json = JSON.stringify(entry);
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
}

/** Undefined for a line that was cut off or damaged. */
export function parseLine(line: string): JournalEntry | undefined {
  const json = line.slice(9);
  if (line[8] !== ' ' || crc32(json).toString(16).padStart(8, '0') !== line.slice(0, 8)) return undefined;
  return JSON.parse(json) as JournalEntry;
}
