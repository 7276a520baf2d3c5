import { splitWords } from '../engines/index.js';

/**
 * The parameter text with one flag set to a value (null: a switch). Other words stay as they were typed, in their order.
 * @throws ParameterError when the text cannot be read
 */
export function withParameter(text: string, flag: string, value: string | null): string {
  const rest = withoutParameter(text, flag);
  const added = value === null ? flag : `${flag} ${quoted(value)}`;
  return rest === '' ? added : `${rest} ${added}`;
}

/** The parameter text without a flag and its value. @throws ParameterError when the text cannot be read */
export function withoutParameter(text: string, flag: string): string {
  const words = splitWords(text);
  const kept: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (sameFlag(word.split('=', 1)[0] ?? '', flag)) {
      const next = words[index + 1];
      if (!word.includes('=') && next !== undefined && !next.startsWith('--')) index += 1;
      continue;
    }
    kept.push(quoted(word));
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
