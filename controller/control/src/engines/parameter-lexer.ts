/** A parameter text that cannot be taken. `flag` names the culprit as typed, or is empty for the text as a whole. */
export class ParameterError extends Error {
  constructor(readonly flag: string, message: string) {
    super(message);
  }
}

/**
 * Cuts a parameter text into words at white space; single or double quotes keep white space together.
 * There is no shell here: `$`, backticks, `*`, `\` and `;` are ordinary characters.
 * @throws ParameterError when a quote is not closed or a control character occurs
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (const character of text) {
    if (/[\p{Cc}]/u.test(character) && !/\s/.test(character)) throw new ParameterError('', 'control characters are not allowed in parameters');
    if (quote !== '') {
      if (character === quote) quote = '';
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== '') throw new ParameterError('', `a ${quote === '"' ? 'double' : 'single'} quote is not closed`);
  if (word !== undefined) words.push(word);
  return words;
}
