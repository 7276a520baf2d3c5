/**
 * Flags that take any text or any JSON could name a file, a host or code. Only those looked at one by one are taken, and of JSON with keys
 * that do (a file to write to, a class to load), only the keys that do not.
 */
const TEXT: readonly string[] = [
  '--attention-backend', '--mm-encoder-attn-backend', '--override-attention-dtype', '--model-impl', '--tokenizer-mode', '--safetensors-load-strategy', '--optimization-level', '--response-role',
  '--speculative-algorithm', '--speculative-draft-attention-backend', '--eplb-algorithm', '--kt-method', '--log-level', '--log-level-http', '--generation-tokens-buckets', '--prompt-tokens-buckets', '--spec-method',
];

const ANY_KEY: readonly string[] = [
  '--override-generation-config', '--default-chat-template-kwargs', '--limit-mm-per-prompt', '--limit-mm-data-per-request', '--preferred-sampling-params', '--pooler-config', '--eplb-config', '--attention-config', '--kernel-config',
];

const KEYS: Readonly<Record<string, readonly string[]>> = {
  '--speculative-config': ['method', 'num_speculative_tokens', 'prompt_lookup_max', 'prompt_lookup_min', 'disable_by_batch_size', 'draft_tensor_parallel_size'],
  '--structured-outputs-config': ['backend', 'disable_fallback', 'disable_any_whitespace', 'disable_additional_properties'],
  '--compilation-config': ['mode', 'level', 'cudagraph_mode', 'cudagraph_capture_sizes', 'max_cudagraph_capture_size', 'use_inductor_graph_partition'],
};

/** Keys that no flag may have: the engine runs the value as a program of its own. */
const NEVER: readonly string[] = ['chat_template', 'trust_remote_code', 'auto_map'];

/** A plain word: no path, no address, no class of a module. */
export const PLAIN_WORD = /^[A-Za-z0-9][A-Za-z0-9_:+,-]{0,63}$/;
const MOST_JSON = 1000;

export function isReviewed(flag: string): boolean {
  return TEXT.includes(flag) || ANY_KEY.includes(flag) || Object.hasOwn(KEYS, flag);
}

/** What is wrong with the value of a JSON flag, as a continuation of its name. */
export function jsonProblem(flag: string, text: string): string | undefined {
  if (text.length > MOST_JSON) return `is longer than ${MOST_JSON} characters`;
  const value = parsed(text);
  if (value === undefined || value === null || typeof value !== 'object' || Array.isArray(value)) return `must be a JSON object in single quotes, such as '{"key": 1}'`;
  const strange = Object.keys(value).find((key) => KEYS[flag]?.includes(key) === false);
  if (strange !== undefined) return `must not have ${strange}: it takes ${KEYS[flag]?.join(', ') ?? ''}`;
  const key = keysIn(value).find((one) => NEVER.includes(one));
  if (key !== undefined) return `must not have ${key}: it would run as code`;
  const path = stringsIn(value).find((one) => /^[/~]|(^|\/)\.\.(\/|$)|:\/\//.test(one));
  return path === undefined ? undefined : `must not name a path or an address`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // told as what it must be
  }
}

function keysIn(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [];
  return [...(Array.isArray(value) ? [] : Object.keys(value)), ...Object.values(value).flatMap(keysIn)];
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(stringsIn) : [];
}
