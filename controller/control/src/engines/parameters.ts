import type { Engine } from './engine.js';
import { mayBeOwned, whyOwned } from './flag-ownership.js';
import { knownParameters, type KnownFlag, type KnownParameters } from './known-parameters.js';
import { nearestName } from './nearest-name.js';
import { ParameterError, splitWords } from './parameter-lexer.js';
import { checkValue, countOf, isUnreviewed } from './parameter-value.js';

/** What is taken although something speaks against it. */
export interface ParameterWarning {
  readonly code: 'parameters-version' | 'parameter-unlisted' | 'parameter-outdated';
  readonly message: string;
}

export interface ReadParameters {
  /** Checked and written out again, one word each: `--flag`, `value`. */
  readonly argv: readonly string[];
  readonly contextLength?: number;
  readonly parallel?: number;
  readonly warnings: readonly ParameterWarning[];
}

type Described = Pick<Engine, 'id' | 'name' | 'parameters' | 'flags'>;

interface Reading {
  readonly engine: Described;
  readonly known: KnownParameters;
  readonly words: readonly string[];
  readonly argv: string[];
  readonly warnings: ParameterWarning[];
  contextLength?: number;
  parallel?: number;
}

/** Flags with which an engine gives up at its start unless another one is there. */
const NEEDS: Readonly<Record<string, string>> = { '--enable-auto-tool-choice': '--tool-call-parser' };
/** A value of a flag that is in no list: nothing that could be a path, an address or a class. */
const UNLISTED_VALUE = /^(-?\d{1,12}(\.\d{1,9})?|[A-Za-z][A-Za-z0-9_-]{0,63})$/;

/**
 * Reads the parameters a person typed (`--a avalue --b`) against what the version that runs takes. Of a version whose
 * flags were never read, the nearest one's are taken, and names and choices that are not among them only warn.
 * @param running image, tag or version the engine will be; empty: the shipped one
 * @throws ParameterError naming the flag and what to do
 */
export function readParameters(engine: Described, text: string, running = ''): ReadParameters {
  const known = knownParameters(engine, running);
  const reading: Reading = { engine, known, words: splitWords(text), argv: [], warnings: [] };
  if (!known.exact && reading.words.length > 0) {
    reading.warnings.push({ code: 'parameters-version', message: `checked against ${engine.name} ${known.version ?? ''}, the engine says ${shorten(running)}: names and choices that changed since are not noticed before it starts` });
  }
  const seen = new Set<string>();
  for (let at = 0; at < reading.words.length; ) {
    const { name, inline } = splitFlag(reading.words[at] ?? '');
    const flag = lookUp(reading, name);
    const canonical = flag?.flag ?? `--${bare(name)}`;
    if (seen.has(canonical)) throw new ParameterError(name, `${name} is given twice`);
    seen.add(canonical);
    at = flag ? takeKnown(reading, flag, name, inline, at + 1) : takeUnlisted(reading, name, inline, at + 1);
  }
  for (const [flag, other] of Object.entries(NEEDS)) {
    if (reading.argv.includes(flag) && !seen.has(other)) throw new ParameterError(flag, `${flag} needs ${other} too`);
  }
  const { argv, warnings, contextLength, parallel } = reading;
  return { argv, warnings, ...(contextLength === undefined ? {} : { contextLength }), ...(parallel === undefined ? {} : { parallel }) };
}

function splitFlag(word: string): { name: string; inline: string | undefined } {
  if (!/^--?[A-Za-z]/.test(word)) throw new ParameterError(word, `"${shorten(word)}" is not a parameter: parameters start with --`);
  const equals = word.indexOf('=');
  if (equals < 0) return { name: word, inline: undefined };
  return { name: word.slice(0, equals), inline: word.slice(equals + 1) };
}

/** Undefined: it is in no list, and the list is of another version than the one that runs. */
function lookUp({ engine, known }: Reading, typed: string): KnownFlag | undefined {
  const name = bare(typed);
  const flag = find(known.flags, typed, name);
  const why = whyOwned(flag ? bare(flag.flag) : name);
  if (why !== undefined) throw new ParameterError(typed, `${shorten(typed)} ${why}`);
  if (flag && isUnreviewed(flag)) throw new ParameterError(typed, `${typed} is not allowed: it takes any text, which could name files, hosts or code`);
  if (flag) return flag;
  const cut = mayBeOwned(name, known.flags.map((one) => bare(one.flag)));
  if (!known.exact && typed.startsWith('--') && cut === undefined && /^[a-z0-9-]+$/.test(name)) return undefined;
  const open = known.flags.filter((one) => whyOwned(bare(one.flag)) === undefined && !isUnreviewed(one)).map((one) => one.flag);
  const near = nearestName(name, open.map(bare));
  const nothing = open.length === 0 ? 'it takes none' : `it takes ${engine.parameters.map((one) => one.flag).join(', ')}`;
  const hint = near === undefined ? nothing : `did you mean --${near}?`;
  throw new ParameterError(typed, `${engine.name}${known.version === null ? '' : ` ${known.version}`} does not know ${shorten(typed)} here; ${hint}`);
}

function find(flags: readonly KnownFlag[], typed: string, name: string): KnownFlag | undefined {
  const positive = name.startsWith('no-') ? `--${name.slice(3)}` : undefined;
  return flags.find(({ flag, aliases, type }) => flag === `--${name}` || aliases.includes(typed) || aliases.includes(`--${name}`) || (type === 'toggle' && flag === positive));
}

/** @returns the place of the next flag */
function takeKnown(reading: Reading, flag: KnownFlag, typed: string, inline: string | undefined, at: number): number {
  if (flag.deprecated) reading.warnings.push({ code: 'parameter-outdated', message: `${reading.engine.name} ${reading.known.version ?? ''} still takes ${flag.flag}, but calls it outdated` });
  if (flag.type === 'switch' || flag.type === 'toggle') {
    if (inline !== undefined) throw new ParameterError(typed, `${typed} is a switch and takes no value`);
    reading.argv.push(isNegated(flag, typed) ? `--no-${bare(flag.flag)}` : flag.flag);
    return at;
  }
  const values = inline === undefined ? valuesAt(reading.words, at, flag.nargs) : [inline];
  if (values.length === 0 && flag.nargs !== '?' && flag.nargs !== '*') throw new ParameterError(typed, `${typed} needs a value`);
  for (const value of values) check(reading, flag, typed, value);
  const [first] = values;
  if (flag.field && first !== undefined) reading[flag.field] = countOf(first);
  else reading.argv.push(flag.flag, ...values);
  return at + (inline === undefined ? values.length : 0);
}

/** `--no-x` of a flag that is not itself called so. */
function isNegated({ flag, type }: KnownFlag, typed: string): boolean {
  return type === 'toggle' && bare(typed).startsWith('no-') && `--${bare(typed)}` !== flag;
}

/** A choice that another version does not have may be one of this version. */
function check(reading: Reading, flag: KnownFlag, typed: string, value: string): void {
  const elsewhere = !reading.known.exact && flag.choices !== undefined && !flag.choices.includes(value) && UNLISTED_VALUE.test(value);
  if (elsewhere) reading.warnings.push({ code: 'parameter-unlisted', message: `${reading.engine.name} ${reading.known.version ?? ''} knows no ${value} for ${typed}: passed on as it is` });
  else checkValue(flag, typed, value);
}

function takeUnlisted(reading: Reading, typed: string, inline: string | undefined, at: number): number {
  const values = inline === undefined ? valuesAt(reading.words, at, undefined) : [inline];
  const strange = values.find((value) => !UNLISTED_VALUE.test(value));
  if (strange !== undefined) throw new ParameterError(typed, `${typed} is in no list that is known here: its value can only be a number or a plain word`);
  reading.warnings.push({ code: 'parameter-unlisted', message: `${reading.engine.name} ${reading.known.version ?? ''} does not know ${shorten(typed)}: passed on as it is` });
  reading.argv.push(`--${bare(typed)}`, ...values);
  return at + (inline === undefined ? values.length : 0);
}

/** Words up to the next flag, as many as the flag takes; one where nothing is said. */
function valuesAt(words: readonly string[], at: number, nargs: KnownFlag['nargs']): string[] {
  const next = words.findIndex((word, place) => place >= at && /^--?[A-Za-z]/.test(word));
  const until = next < 0 ? words.length : next;
  return words.slice(at, nargs === '+' || nargs === '*' ? until : Math.min(until, at + 1));
}

function bare(flag: string): string {
  return flag.replace(/^-+/, '').replaceAll('_', '-').toLowerCase();
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
