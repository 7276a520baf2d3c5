import type { Engine, EngineParameter } from './engine.js';
import { ParameterError, splitWords } from './parameter-lexer.js';

/**
 * Never, for no engine: these belong to the node (address, key, model path), open a way into the engine's
 * process (plug-ins, middleware), or reach beyond the model (files, downloads, peers).
 */
const denied = [
  'host', 'port', 'uds', 'api-key', 'api-key-file', 'ssl', 'model', 'model-path', 'model-url', 'tokenizer', 'tokenizer-path', 'hf', 'mmproj', 'lora', 'served-model-name', 'alias',
  'download-dir', 'middleware', 'worker-cls', 'worker-extension-cls', 'logits-processors', 'tool-parser-plugin', 'reasoning-parser-plugin',
  'allowed-local-media-path', 'profiler-config', 'kv-transfer-config', 'dist-init-addr', 'nccl', 'master-addr', 'master-port', 'enable-custom-logit-processor',
  'trust-remote-code', 'chat-template', 'config', 'load-format', 'rpc', 'plugin', 'log-file', 'path',
];

/** The deployment decides these itself, from the cards and nodes it picks. */
const planned = ['tensor-parallel-size', 'tp', 'tp-size', 'pipeline-parallel-size', 'pp', 'pp-size', 'nnodes', 'node-rank', 'headless', 'distributed-executor-backend', 'device-ids', 'device', 'data-parallel-size', 'dp', 'dp-size'];

export interface ReadParameters {
  /** Checked and written out again, one word each: `--flag`, `value`. */
  readonly argv: string[];
  readonly contextLength?: number;
  readonly parallel?: number;
}

/**
 * Reads the parameters a person typed (`--a avalue --b`) against what the engine takes.
 * @throws ParameterError naming the flag and what to do
 */
export function readParameters(engine: Pick<Engine, 'name' | 'parameters'>, text: string): ReadParameters {
  const words = splitWords(text);
  const result: { argv: string[]; contextLength?: number; parallel?: number } = { argv: [] };
  const seen = new Set<string>();
  for (let index = 0; index < words.length; index += 1) {
    const { flag, inline } = splitFlag(words[index] ?? '');
    const parameter = lookUp(engine, flag);
    if (seen.has(parameter.flag)) throw new ParameterError(flag, `${flag} is given twice`);
    seen.add(parameter.flag);
    if (parameter.type === 'boolean') {
      if (inline !== undefined) throw new ParameterError(flag, `${flag} is a switch and takes no value`);
      result.argv.push(parameter.flag);
      continue;
    }
    const value = inline ?? words[(index += 1)];
    if (value === undefined || (inline === undefined && value.startsWith('--'))) throw new ParameterError(flag, `${flag} needs a value`);
    checkValue(parameter, flag, value);
    if (parameter.field) result[parameter.field] = Number(value);
    else result.argv.push(parameter.flag, value);
  }
  return result;
}

function splitFlag(word: string): { flag: string; inline: string | undefined } {
  if (!/^--?[A-Za-z]/.test(word)) throw new ParameterError(word, `"${shorten(word)}" is not a parameter: parameters start with --`);
  const equals = word.indexOf('=');
  if (equals < 0) return { flag: word, inline: undefined };
  return { flag: word.slice(0, equals), inline: word.slice(equals + 1) };
}

function lookUp(engine: Pick<Engine, 'name' | 'parameters'>, flag: string): EngineParameter {
  const bare = flag.replace(/^-+/, '').replaceAll('_', '-').toLowerCase();
  if (denied.some((name) => bare === name || bare.startsWith(`${name}-`))) {
    throw new ParameterError(flag, `${shorten(flag)} is not allowed: it is set by the platform or would open the engine to other code or files`);
  }
  if (planned.includes(bare)) throw new ParameterError(flag, `${flag} follows from the chosen nodes and cards and cannot be set here`);
  const known = engine.parameters.find((one) => one.flag === `--${bare}` || (one.aliases ?? []).includes(flag));
  if (known) return known;
  const close = engine.parameters.find((one) => one.flag.includes(bare) || bare.includes(one.flag.slice(2)));
  const hint = close ? `did you mean ${close.flag}?` : `it takes ${engine.parameters.map((one) => one.flag).join(', ')}`;
  throw new ParameterError(flag, `${engine.name} does not know ${shorten(flag)} here; ${hint}`);
}

function checkValue({ type, choices = [], min = -Infinity, max = Infinity }: EngineParameter, flag: string, value: string): void {
  if (type === 'choice' && !choices.includes(value)) throw new ParameterError(flag, `${flag} must be one of ${choices.join(', ')}`);
  if (type === 'string' && value.length > 200) throw new ParameterError(flag, `${flag} is longer than 200 characters`);
  if (type !== 'integer' && type !== 'number') return;
  const pattern = type === 'integer' ? /^\d{1,12}$/ : /^\d{1,12}(\.\d{1,9})?$/;
  const number = Number(value);
  if (!pattern.test(value)) throw new ParameterError(flag, `${flag} must be ${type === 'integer' ? 'a whole number' : 'a number'}`);
  if (number < min || number > max) throw new ParameterError(flag, `${flag} must be between ${min} and ${max}`);
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
