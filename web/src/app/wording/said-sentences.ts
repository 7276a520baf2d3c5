import { said } from './i18n/en.json';
import type { Sentence } from './words';

/** `said` in en.json quotes the controller word for word, with `{{name}}` where its sentence varies: the quotes are the patterns. */
const quotes = Object.entries(said).map(([key, text]) => ({ pattern: patternOf(text), key: `said.${key}`, parts: [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name), text }));
// The more of it is fixed, the more surely it is meant: "{{name}} is taken" comes after all that end so.
quotes.sort((a, b) => fixedLength(b.text) - fixedLength(a.text));

/** What the controller says to refuse, warn and advise. */
export const saidSentences: readonly Sentence[] = quotes;
/** Those that hold a semicolon themselves, and so are no two sentences. */
export const sentencesWithSemicolon: readonly Sentence[] = quotes.filter(({ text }) => text.includes('; '));

function patternOf(text: string): RegExp {
  const parts = text.split(/\{\{\w+\}\}/).map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('(.+?)')}$`, 's');
}

function fixedLength(text: string): number {
  return text.replace(/\{\{\w+\}\}/g, '').length;
}
