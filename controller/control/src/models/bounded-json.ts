import type { ByteSource } from './byte-source.js';
import { ModelFileError } from './model-file-error.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export interface JsonLimits {
  readonly bytes: number;
  readonly depth: number;
}

/**
 * Parses JSON that a stranger wrote: UTF-8 only, at most so many bytes and so deep, and no key twice in the outermost
 * object (loaders would take either).
 * @throws ModelFileError
 */
export function parseBoundedJson(bytes: Uint8Array, limits: JsonLimits): unknown {
  if (bytes.length > limits.bytes) throw new ModelFileError(`has ${bytes.length} bytes, at most ${limits.bytes} are read`);
  const outerKeys = scan(bytes, limits.depth);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new ModelFileError(error instanceof SyntaxError ? `is not JSON: ${error.message.slice(0, 100)}` : 'is not UTF-8 text');
  }
  if (isObject(value) && Object.keys(value).length !== outerKeys) throw new ModelFileError('names something twice');
  return value;
}

/** Reads and parses one whole file. @throws ModelFileError */
export async function readBoundedJson(source: ByteSource, limits: JsonLimits): Promise<unknown> {
  if (source.size > limits.bytes) throw new ModelFileError(`has ${source.size} bytes, at most ${limits.bytes} are read`);
  return parseBoundedJson(await source.read(0, source.size), limits);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One pass before anything is built: depth, and the colons of the outermost object, which are its keys. */
function scan(bytes: Uint8Array, maxDepth: number): number {
  let depth = 0;
  let keys = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at += 1;
      while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
    } else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > maxDepth) throw new ModelFileError(`is nested deeper than ${maxDepth} levels`);
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
    else if (byte === 0x3a && depth === 1) keys += 1;
  }
  return keys;
}
