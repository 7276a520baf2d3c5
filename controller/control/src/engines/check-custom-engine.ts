import { ApiError } from '../http/index.js';
import { imageProblem } from './image-reference.js';
import type { CustomEngine } from './engines.store.js';
import { NODE_PLACEHOLDERS, PLAN_PLACEHOLDERS, placeholdersOf, unknownPlaceholder } from './placeholders.js';

/** Flags whose value only the node can know, and the placeholder that stands for it. */
const OWNED: ReadonlyMap<string, string> = new Map([
  ['--host', 'host'], ['--hostname', 'host'], ['--bind', 'host'], ['--port', 'port'], ['-p', 'port'],
  ['--model', 'model_path'], ['-m', 'model_path'], ['--model-path', 'model_path'], ['--model-dir', 'model_path'], ['--model-id', 'model_path'],
  ['--served-model-name', 'served_name'], ['--alias', 'served_name'], ['-a', 'served_name'], ['--api-key-file', 'api_key_file'],
]);
/** Never in a command line, with the reason. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['--api-key', 'a key in a command line can be read by every process of the node: use --api-key-file {api_key_file}'],
  ['--admin-api-key', 'a key in a command line can be read by every process of the node'],
  ['--trust-remote-code', 'code that ships inside a model is approved per model, not per engine'],
  ...['--uds', '--config', '--download-dir', '--middleware', '--log-file', '--root-path', '--rpc', '--path', '--lora-modules'].map((flag): [string, string] => [flag, 'nodes never take it from outside']),
  ...['--nnodes', '--node-rank', '--master-addr', '--master-port', '--headless', '--dist-init-addr', '--nccl-port'].map((flag): [string, string] => [flag, 'an engine of one\'s own runs on one node']),
]);
/** As nodes check it: a path of the image may stand in the entrypoint, words of argv name none. */
const PATH_OF_THE_NODE = /^[/~]|(^|\/)\.\.(\/|$)|^file:/;
const FORBIDDEN_VARIABLES = /^(LD_|NVIDIA_|PYTHON|NODE_|PATH$|HOME$|BASH_ENV$|ENV$|IFS$|HF_TOKEN$)|(TOKEN|SECRET|PASSWORD|API_KEY)$/;
const KNOWN = [...NODE_PLACEHOLDERS, ...PLAN_PLACEHOLDERS].map((name) => `{${name}}`).join(', ');

/**
 * Holds an administrator's engine against what the platform decides itself. There is no shell: every word reaches
 * the program as it stands.
 * @throws ApiError naming the field and the fix
 */
export function checkCustomEngine({ image, entrypoint, argv, env }: Omit<CustomEngine, 'id'>): void {
  const problem = imageProblem(image);
  if (problem !== undefined) refuse('image', problem);
  entrypoint.forEach((word, at) => checkWord(word, `entrypoint.${at}`));
  for (const [at, word] of entrypoint.entries()) if (placeholdersOf([word]).size > 0) refuse(`entrypoint.${at}`, 'placeholders belong into argv');
  argv.forEach((word, at) => checkWord(word, `argv.${at}`));
  argv.forEach((word, at) => checkFlag(word, argv[at + 1], `argv.${at}`));
  argv.forEach((word, at) => checkPath(word, `argv.${at}`));
  const named = placeholdersOf(argv);
  for (const name of ['model_path', 'port']) if (!named.has(name)) refuse('argv', `{${name}} is missing: the node decides it and the engine has to be told`);
  for (const [name, value] of Object.entries(env)) checkVariable(name, value);
}

function checkWord(word: string, field: string): void {
  if (/[\p{Cc}]/u.test(word)) refuse(field, 'control characters are not allowed');
  const strange = unknownPlaceholder(word);
  if (strange !== undefined) refuse(field, `{${strange}} is no placeholder; there are ${KNOWN}`);
}

function checkFlag(word: string, next: string | undefined, field: string): void {
  if (!word.startsWith('-')) return;
  const equals = word.indexOf('=');
  const flag = (equals < 0 ? word : word.slice(0, equals)).replaceAll('_', '-').toLowerCase();
  const why = REFUSED.get(flag);
  if (why !== undefined) refuse(field, `${flag} is not allowed: ${why}`);
  const placeholder = OWNED.get(flag);
  const value = equals < 0 ? next : word.slice(equals + 1);
  if (placeholder === undefined) return;
  const inside = placeholder === 'model_path' ? /^(?:\/[\w.-]+)*$/ : /^$/;
  const [before, after] = (value ?? '').split(`{${placeholder}}`);
  if (before !== '' || after === undefined || !inside.test(after)) refuse(field, `${flag} is set by the platform: give it {${placeholder}}`);
}

function checkPath(word: string, field: string): void {
  const value = word.startsWith('-') ? word.slice(word.indexOf('=') + 1) : word;
  if ((!word.startsWith('-') || word.includes('=')) && PATH_OF_THE_NODE.test(value)) refuse(field, 'no node takes a path from outside; write it into the entrypoint if it is one of the image, or {model_path}/… if it is one of the model');
}

function checkVariable(name: string, value: string): void {
  if (FORBIDDEN_VARIABLES.test(name)) refuse(`env.${name}`, 'no node accepts this variable from outside');
  if (/[\p{Cc}]/u.test(value)) refuse(`env.${name}`, 'control characters are not allowed');
}

function refuse(field: string, message: string): never {
  throw new ApiError('invalid', `${field}: ${message}`, { field });
}
