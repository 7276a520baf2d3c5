import { splitWords } from '../engines/index.js';

/**
 * The parameter text with one flag set to a value (null: a switch). Other words stay as they were typed, in their order.
 * @throws ParameterError when the text cannot be read
 */
export function withParameter(text: string, flag: string, value: string | null): string {
  const rest = without(text, [flag]);
  const added = value === null ? flag : `${flag} ${quoted(value)}`;
  return rest === '' ? added : `${rest} ${added}`;
}

/** What an engine does not start with any more once the other is gone. */
const GOES_ALONG: Readonly<Record<string, string>> = { '--tool-call-parser': '--enable-auto-tool-choice' };

/** The parameter text without a flag, its values and what needs it. @throws ParameterError when the text cannot be read */
export function withoutParameter(text: string, flag: string): string {
  return without(text, [flag, ...(GOES_ALONG[flag] === undefined ? [] : [GOES_ALONG[flag]])]);
}

function without(text: string, flags: readonly string[]): string {
  const kept: string[] = [];
  let dropped = false;
  for (const word of splitWords(text)) {
    if (/^--?[A-Za-z]/.test(word)) dropped = flags.some((flag) => sameFlag(word.split('=', 1)[0] ?? '', flag));
    if (!dropped) kept.push(quoted(word));
  }
  return kept.join(' ');
}

function sameFlag(word: string, flag: string): boolean {
  return word.startsWith('-') && word.replaceAll('_', '-').toLowerCase() === flag;
}

function quoted(word: string): string {
  if (word !== '' && !/[\s"']/.test(word)) return word;
  return word.includes('"') ? `'${word}'` : `"${word}"`;
}
