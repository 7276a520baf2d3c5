import { availableParallelism } from 'node:os';

/**
 * @typedef {object} Settings
 * @property {string} model          path of the GGUF file
 * @property {string} host
 * @property {number} port
 * @property {string | undefined} apiKeyFile
 * @property {string} alias          the model's name in the API
 * @property {number} ctxSize        tokens one request may use, prompt and answer; 0: what the model was trained on, at most 4096
 * @property {number} parallel       requests computed at the same time
 * @property {number} threads
 */

/** A command line that cannot be used; the message names the flag and the mend. */
export class ArgumentError extends Error {}

const FLAGS = {
  '--model': { key: 'model', what: 'path of the GGUF file (required)' },
  '--host': { key: 'host', default: '127.0.0.1', what: 'address to listen on' },
  '--port': { key: 'port', default: 8080, number: [0, 65_535], what: 'port to listen on, 0 for any free one' },
  '--api-key-file': { key: 'apiKeyFile', what: 'file with one accepted key per line; without it no key is asked for' },
  '--alias': { key: 'alias', what: 'name of the model in the API (default: the name of the file)' },
  '--ctx-size': { key: 'ctxSize', default: 0, number: [0, 10_000_000], what: 'tokens of one request, prompt and answer; 0 takes it from the model' },
  '--parallel': { key: 'parallel', default: 1, number: [1, 1024], what: 'requests computed at the same time' },
  '--threads': { key: 'threads', default: defaultThreads(availableParallelism()), number: [1, 1024], what: 'CPU threads' },
};

/**
 * Reads `--flag value` and `--flag=value`.
 * @param {readonly string[]} argv without program and script
 * @returns {Settings | 'help'}
 * @throws {ArgumentError}
 */
export function parseArguments(argv) {
  const settings = Object.fromEntries(Object.values(FLAGS).map((flag) => [flag.key, flag.default]));
  const words = argv.flatMap(splitEqualsSign);
  for (let at = 0; at < words.length; at += 2) {
    const name = words[at] ?? '';
    if (name === '--help' || name === '-h') return 'help';
    const flag = FLAGS[name];
    if (!flag) throw new ArgumentError(`unknown argument "${name}"`);
    settings[flag.key] = readValue(name, flag, words[at + 1]);
  }
  if (settings.model === undefined) throw new ArgumentError('--model is missing: name the GGUF file to serve');
  settings.alias ??= settings.model.split('/').at(-1).replace(/\.gguf$/, '');
  return settings;
}

export function usage() {
  const lines = Object.entries(FLAGS).map(([name, flag]) => `  ${name.padEnd(16)} ${flag.what}${flag.default === undefined ? '' : ` (default ${flag.default})`}`);
  return `usage: server.mjs --model FILE [flags]\n${lines.join('\n')}`;
}

/** Half of what the system offers, as that is about the physical cores: more threads than those slow each other down. */
export function defaultThreads(parallelism) {
  return Math.max(1, Math.floor(parallelism / 2));
}

function splitEqualsSign(word) {
  const at = word.indexOf('=');
  return word.startsWith('--') && at > 0 ? [word.slice(0, at), word.slice(at + 1)] : [word];
}

function readValue(name, flag, text) {
  if (text === undefined || text === '') throw new ArgumentError(`${name} needs a value: ${flag.what}`);
  if (!flag.number) {
    if (text.startsWith('--')) throw new ArgumentError(`${name} needs a value, but "${text}" follows`);
    return text;
  }
  const [least, most] = flag.number;
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || value < least || value > most) throw new ArgumentError(`${name} must be a whole number from ${least} to ${most}, not "${text}"`);
  return value;
}
