/** One line of a log as the viewer takes it; LogLine of the API fits. */
export interface ShownLine {
  readonly number: number;
  readonly at: string | null;
  readonly text: string;
  readonly error: boolean;
}

export type LineLevel = 'error' | 'warn' | 'info';

/** Colour sequences and other control characters that terminals understand and people do not. */
const control = /\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f]/g;

export function plainText(text: string): string {
  return text.replace(control, '');
}

/** How loud a line is: by what it says first, else by the stream it came from. Engines write ordinary lines to stderr too. */
export function levelOf({ text, error }: ShownLine): LineLevel {
  const head = text.slice(0, 160);
  if (/\b(error|fatal|critical|exception|traceback|panic)\b/i.test(head)) return 'error';
  if (/\b(warn|warning)\b/i.test(head)) return 'warn';
  if (/\b(info|debug|notice)\b/i.test(head)) return 'info';
  return error ? 'error' : 'info';
}

/** A line cut at the found words, for marking them without building HTML. */
export function splitAt(text: string, query: string): readonly { readonly text: string; readonly hit: boolean }[] {
  if (!query) return [{ text, hit: false }];
  const parts: { text: string; hit: boolean }[] = [];
  const [haystack, needle] = [text.toLowerCase(), query.toLowerCase()];
  let from = 0;
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, from)) {
    if (at > from) parts.push({ text: text.slice(from, at), hit: false });
    parts.push({ text: text.slice(at, at + needle.length), hit: true });
    from = at + needle.length;
  }
  if (from < text.length || parts.length === 0) parts.push({ text: text.slice(from), hit: false });
  return parts;
}

/** Indexes of the lines that hold the words. */
export function findLines(lines: readonly ShownLine[], query: string): readonly number[] {
  if (!query) return [];
  const needle = query.toLowerCase();
  return lines.flatMap(({ text }, index) => (text.toLowerCase().includes(needle) ? [index] : []));
}
