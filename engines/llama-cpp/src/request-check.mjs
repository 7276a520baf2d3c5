import { badField } from './api-error.mjs';

/**
 * @typedef {object} Wish everything about a request but its prompt
 * @property {boolean} stream
 * @property {boolean} includeUsage
 * @property {number | undefined} maxTokens
 * @property {readonly string[]} stops
 * @property {Partial<import('./generation.mjs').Sampling>} sampling only what the request says
 * @property {{ kind: 'json' } | { kind: 'schema', schema: object } | undefined} format
 */

const ROLES = ['developer', 'system', 'user', 'assistant', 'tool', 'function'];
/** Fields that change the meaning of an answer and that this engine cannot honour: refused, never ignored. */
const UNSUPPORTED = { logprobs: 'log probabilities', logit_bias: 'logit bias', tools: 'tools', functions: 'functions', echo: 'echo', suffix: 'suffix', audio: 'audio' };
const MOST_STOPS = 16;

/** @param {unknown} body @param {string} alias @returns {Record<string, any>} */
export function checkBody(body, alias) {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) throw badField('body', 'must be a JSON object');
  const { model } = /** @type {Record<string, unknown>} */ (body);
  if (model !== undefined && typeof model !== 'string') throw badField('model', 'must be a string');
  if (model !== undefined && model !== alias) {
    throw Object.assign(badField('model', `"${model}" is not served here, "${alias}" is`), { status: 404, code: 'model_not_found' });
  }
  return /** @type {Record<string, any>} */ (body);
}

/** @param {Record<string, any>} body @returns {Wish} */
export function checkWish(body) {
  for (const [field, what] of Object.entries(UNSUPPORTED)) if (isSet(body[field])) throw badField(field, `${what} are not supported by this engine`);
  if ((body.n ?? 1) !== 1) throw badField('n', 'must be 1');
  if ((body.best_of ?? 1) !== 1) throw badField('best_of', 'must be 1');
  const stream = checkBoolean(body, 'stream') ?? false;
  return {
    stream,
    includeUsage: checkStreamOptions(body.stream_options, stream),
    maxTokens: checkNumber(body, 'max_completion_tokens', 1, 1e7, true) ?? checkNumber(body, 'max_tokens', 1, 1e7, true),
    stops: checkStops(body.stop),
    sampling: present({
      temperature: checkNumber(body, 'temperature', 0, 2),
      topP: checkNumber(body, 'top_p', 0, 1),
      topK: checkNumber(body, 'top_k', -1, 1e6, true),
      minP: checkNumber(body, 'min_p', 0, 1),
      seed: seedOf(checkNumber(body, 'seed', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, true)),
      presencePenalty: checkNumber(body, 'presence_penalty', -2, 2),
      frequencyPenalty: checkNumber(body, 'frequency_penalty', -2, 2),
      repeatPenalty: checkNumber(body, 'repetition_penalty', 0.01, 10),
    }),
    format: checkFormat(body.response_format),
  };
}

/** @param {unknown} messages @returns {import('./chat-prompt.mjs').Message[]} */
export function checkMessages(messages) {
  if (!Array.isArray(messages) || messages.length === 0) throw badField('messages', 'must be an array of at least one message');
  return messages.map((message, index) => {
    const at = `messages[${index}]`;
    if (message === null || typeof message !== 'object') throw badField(at, 'must be an object with role and content');
    if (!ROLES.includes(message.role)) throw badField(`${at}.role`, `must be one of ${ROLES.join(', ')}`);
    const role = message.role === 'developer' ? 'system' : message.role;
    return { ...message, role, content: checkContent(message.content, `${at}.content`, role) };
  });
}

/** The texts or token lists of `prompt` (completions) and `input` (embeddings). @returns {(string | number[])[]} */
export function checkTexts(value, field, vocabularySize) {
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value) || value.length === 0) throw badField(field, 'must be a string or an array');
  if (value.every((entry) => typeof entry === 'string')) return value;
  const lists = Array.isArray(value[0]) ? value : [value];
  for (const list of lists) {
    const good = Array.isArray(list) && list.length > 0 && list.every((token) => Number.isInteger(token) && token >= 0 && token < vocabularySize);
    if (!good) throw badField(field, `must hold strings, or tokens from 0 to ${vocabularySize - 1}`);
  }
  return lists;
}

function checkContent(content, at, role) {
  if (typeof content === 'string') return content;
  // A turn of the assistant that only called tools has no text.
  if ((content === null || content === undefined) && role === 'assistant') return '';
  if (!Array.isArray(content)) throw badField(at, 'must be a string or an array of text parts');
  return content
    .map((part, index) => {
      if (typeof part?.text === 'string' && (part.type === 'text' || part.type === undefined)) return part.text;
      throw badField(`${at}[${index}]`, 'must be a text part: this model takes text only');
    })
    .join('');
}

function checkStreamOptions(options, stream) {
  if (options === undefined || options === null) return false;
  if (typeof options !== 'object') throw badField('stream_options', 'must be an object');
  if (!stream) throw badField('stream_options', 'can only be set when stream is true');
  return checkBoolean(options, 'include_usage') ?? false;
}

function checkStops(stop) {
  if (stop === undefined || stop === null) return [];
  const stops = Array.isArray(stop) ? stop : [stop];
  if (stops.length > MOST_STOPS || !stops.every((text) => typeof text === 'string' && text !== '')) throw badField('stop', `must be a text or up to ${MOST_STOPS} texts, none of them empty`);
  return stops;
}

function checkFormat(format) {
  if (format === undefined || format === null || format.type === 'text') return undefined;
  if (format.type === 'json_object') return { kind: 'json' };
  const schema = format.json_schema?.schema;
  if (format.type === 'json_schema' && schema !== null && typeof schema === 'object') return { kind: 'schema', schema };
  throw badField('response_format', 'must be of type text, json_object, or json_schema with json_schema.schema');
}

function checkNumber(body, field, least, most, whole = false) {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !(value >= least && value <= most) || (whole && !Number.isInteger(value))) {
    throw badField(field, `must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}`);
  }
  return value;
}

function checkBoolean(body, field) {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw badField(field, 'must be true or false');
  return value;
}

/** llama.cpp takes 32 bits. */
function seedOf(seed) {
  return seed === undefined ? undefined : Number(BigInt.asUintN(32, BigInt(seed)));
}

function isSet(value) {
  if (value === undefined || value === null || value === false || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

function present(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
