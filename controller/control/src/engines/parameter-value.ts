import { PLAIN_WORD, isReviewed, jsonProblem } from './free-values.js';
import type { KnownFlag } from './known-parameters.js';
import { nearestName } from './nearest-name.js';
import { ParameterError } from './parameter-lexer.js';

const POWERS: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3, t: 4 };
/** Whole numbers that the engines also take with an ending: `k` is 1,000, `K` 1,024, and so on. */
const COUNT = /^(-?\d{1,12}(?:\.\d{1,9})?)([kKmMgGtT])?$/;
const PATTERNS = { integer: /^-?\d{1,12}$/, number: /^-?\d{1,12}(\.\d{1,9})?$/, count: COUNT };

/**
 * @param typed name as typed, for messages
 * @throws ParameterError naming what the flag takes
 */
export function checkValue(flag: KnownFlag, typed: string, value: string): void {
  if (flag.choices) return checkChoice(flag.choices, typed, value);
  switch (flag.type) {
    case 'integer':
    case 'number':
    case 'count':
      return checkNumber(flag, flag.type, typed, value);
    case 'json': {
      const problem = jsonProblem(flag.flag, value);
      if (problem !== undefined) throw new ParameterError(typed, `${typed} ${problem}`);
      return;
    }
    default:
      if (!PLAIN_WORD.test(value)) throw new ParameterError(typed, `${typed} must be one plain word of letters, digits, _ and -`);
  }
}

/** Values of these could be anything, and nobody has looked whether any of it does harm. */
export function isUnreviewed({ flag, type, choices }: KnownFlag): boolean {
  return (type === 'text' || type === 'json') && choices === undefined && !isReviewed(flag);
}

/** Of a flag that stands for a field of the deployment. */
export function countOf(value: string): number {
  const [, number = '', ending = ''] = COUNT.exec(value) ?? [];
  return Math.round(Number(number) * (ending === ending.toLowerCase() ? 1000 : 1024) ** (POWERS[ending.toLowerCase()] ?? 0));
}

function checkChoice(choices: readonly string[], typed: string, value: string): void {
  if (choices.includes(value)) return;
  const near = nearestName(value, choices);
  throw new ParameterError(typed, `${typed} must be one of ${choices.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`);
}

function checkNumber({ ge, gt, le, lt }: KnownFlag, type: keyof typeof PATTERNS, typed: string, value: string): void {
  if (!PATTERNS[type].test(value)) throw new ParameterError(typed, `${typed} must be ${type === 'number' ? 'a number' : type === 'count' ? 'a whole number; 32k and the like will do' : 'a whole number'}`);
  const number = type === 'count' ? countOf(value) : Number(value);
  const inside = number >= (ge ?? -Infinity) && number > (gt ?? -Infinity) && number <= (le ?? Infinity) && number < (lt ?? Infinity);
  if (!inside && ge !== undefined && le !== undefined) throw new ParameterError(typed, `${typed} must be between ${ge} and ${le}`);
  if (!inside) throw new ParameterError(typed, `${typed} must be ${boundsText(ge, gt, le, lt)}`);
}

function boundsText(ge: number | undefined, gt: number | undefined, le: number | undefined, lt: number | undefined): string {
  const low = ge === undefined ? gt === undefined ? [] : [`more than ${gt}`] : [`at least ${ge}`];
  const high = le === undefined ? lt === undefined ? [] : [`less than ${lt}`] : [`at most ${le}`];
  return [...low, ...high].join(' and ');
}
