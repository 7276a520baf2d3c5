import { open } from 'node:fs/promises';
import { BoundedReader, ModelFileError } from './bounded-reader.js';
import type { ModelShape } from './model-shape.js';

/*
 * GGUF (versions 2 and 3), little-endian: magic, version, tensor count, metadata count; then metadata (key, type,
 * value), then tensor records (name, dimensions, type, offset). Source: ggml's docs/gguf.md.
 */
const MAX_HEADER = 256 * 2 ** 20;
const MAX_TENSORS = 200_000;
const MAX_ENTRIES = 10_000;
const MAX_KEY = 1024;
const MAX_DIMENSIONS = 8;

const STRING = 8;
const ARRAY = 9;
const BYTES_OF_TYPE: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };
const FILE_TYPES: Readonly<Record<number, string>> = {
  0: 'F32', 1: 'F16', 2: 'Q4_0', 3: 'Q4_1', 7: 'Q8_0', 8: 'Q5_0', 9: 'Q5_1', 10: 'Q2_K', 11: 'Q3_K_S', 12: 'Q3_K_M', 13: 'Q3_K_L', 14: 'Q4_K_S', 15: 'Q4_K_M',
  16: 'Q5_K_S', 17: 'Q5_K_M', 18: 'Q6_K', 19: 'IQ2_XXS', 20: 'IQ2_XS', 24: 'IQ1_S', 25: 'IQ4_NL', 26: 'IQ3_S', 30: 'IQ4_XS', 32: 'BF16',
};

export interface GgufFacts {
  readonly architecture: string | null;
  readonly name: string | null;
  readonly licence: string | null;
  readonly dataType: string | null;
  readonly parameterCount: number;
  readonly contextLength: number | null;
  readonly chatTemplate: boolean;
  readonly shape: ModelShape | null;
}

type Value = string | number | boolean | readonly number[] | { readonly length: number };

/** Reads the header of a GGUF file. @throws ModelFileError */
export async function readGguf(path: string): Promise<GgufFacts> {
  const file = await open(path, 'r');
  try {
    const reader = new BoundedReader(file, (await file.stat()).size, MAX_HEADER);
    if ((await reader.bytes(4)).toString('latin1') !== 'GGUF') throw new ModelFileError('is not a GGUF file');
    const version = await reader.u32();
    if (version !== 2 && version !== 3) throw new ModelFileError(`GGUF version ${version} is not supported, only 2 and 3`);
    const tensors = await reader.u64();
    const entries = await reader.u64();
    if (tensors > MAX_TENSORS || entries > MAX_ENTRIES) throw new ModelFileError('the header announces more entries than any model has');
    const metadata = await readMetadata(reader, entries);
    return facts(metadata, await countParameters(reader, tensors));
  } finally {
    await file.close();
  }
}

async function readMetadata(reader: BoundedReader, entries: number): Promise<Map<string, Value>> {
  const metadata = new Map<string, Value>();
  for (let index = 0; index < entries; index += 1) {
    const key = await readString(reader, MAX_KEY);
    metadata.set(key, await readValue(reader, await reader.u32()));
  }
  return metadata;
}

async function readValue(reader: BoundedReader, type: number): Promise<Value> {
  if (type === STRING) return readString(reader, MAX_HEADER);
  if (type === ARRAY) return readArray(reader);
  const bytes = BYTES_OF_TYPE[type];
  if (bytes === undefined) throw new ModelFileError(`the header has a value of unknown type ${type}`);
  return readScalar(await reader.bytes(bytes), type);
}

function readScalar(bytes: Buffer, type: number): number | boolean {
  if (type === 7) return bytes.readUInt8() !== 0;
  if (type === 6) return bytes.readFloatLE();
  if (type === 12) return bytes.readDoubleLE();
  const signed = type === 1 || type === 3 || type === 5 || type === 11;
  if (bytes.length === 8) return Number(signed ? bytes.readBigInt64LE() : bytes.readBigUInt64LE());
  return signed ? bytes.readIntLE(0, bytes.length) : bytes.readUIntLE(0, bytes.length);
}

/** Short lists of numbers (heads per layer) are kept; vocabularies are only walked over. */
async function readArray(reader: BoundedReader): Promise<Value> {
  const type = await reader.u32();
  const length = await reader.u64();
  if (type === STRING) {
    for (let index = 0; index < length; index += 1) reader.skip(await reader.u64());
    return { length };
  }
  const bytes = BYTES_OF_TYPE[type];
  if (bytes === undefined) throw new ModelFileError('the header has a list of lists');
  if (length > 4096) {
    reader.skip(length * bytes);
    return { length };
  }
  const values: number[] = [];
  for (let index = 0; index < length; index += 1) values.push(Number(readScalar(await reader.bytes(bytes), type)));
  return values;
}

async function readString(reader: BoundedReader, limit: number): Promise<string> {
  const length = await reader.u64();
  if (length > limit) throw new ModelFileError('the header has an overlong text');
  return (await reader.bytes(length)).toString('utf8');
}

async function countParameters(reader: BoundedReader, tensors: number): Promise<number> {
  let total = 0;
  for (let index = 0; index < tensors; index += 1) {
    await readString(reader, MAX_KEY);
    const dimensions = await reader.u32();
    if (dimensions > MAX_DIMENSIONS) throw new ModelFileError('a tensor has too many dimensions');
    let elements = 1;
    for (let axis = 0; axis < dimensions; axis += 1) elements *= await reader.u64();
    await reader.u32();
    const offset = await reader.u64();
    total += elements;
    if (!Number.isSafeInteger(total)) throw new ModelFileError('a tensor is absurdly large');
    if (offset > reader.size) throw new ModelFileError('the file is cut off: a tensor lies beyond its end');
  }
  return total;
}

function facts(metadata: ReadonlyMap<string, Value>, parameterCount: number): GgufFacts {
  const text = (key: string) => {
    const value = metadata.get(key);
    return typeof value === 'string' && value !== '' ? value.slice(0, 255) : null;
  };
  const architecture = text('general.architecture');
  const number = (key: string) => positive(metadata.get(`${architecture}.${key}`));
  const fileType = metadata.get('general.file_type');
  return {
    architecture, name: text('general.name'), licence: text('general.license'), parameterCount,
    dataType: typeof fileType === 'number' ? (FILE_TYPES[fileType] ?? null) : null,
    contextLength: number('context_length'), chatTemplate: metadata.has('tokenizer.chat_template'),
    shape: shapeOf(number, vocabularySize(metadata)),
  };
}

function shapeOf(number: (key: string) => number | null, vocabulary: number | null): ModelShape | null {
  const layers = number('block_count');
  const hiddenSize = number('embedding_length');
  const heads = number('attention.head_count');
  if (layers === null || hiddenSize === null || heads === null) return null;
  const width = Math.ceil(hiddenSize / heads);
  const latent = number('attention.kv_lora_rank');
  return {
    layers, hiddenSize, heads, kvHeads: number('attention.head_count_kv') ?? heads,
    keyLength: number('attention.key_length') ?? width, valueLength: number('attention.value_length') ?? width,
    latentWidth: latent === null ? null : latent + (number('rope.dimension_count') ?? 0),
    intermediateSize: number('feed_forward_length'), vocabularySize: vocabulary,
  };
}

function vocabularySize(metadata: ReadonlyMap<string, Value>): number | null {
  const tokens = metadata.get('tokenizer.ggml.tokens');
  return typeof tokens === 'object' ? tokens.length : null;
}

/** A count within what any model has; for one number per layer, the largest. */
function positive(value: Value | undefined): number | null {
  const number = Array.isArray(value) ? Math.max(0, ...(value as number[])) : value;
  return typeof number === 'number' && Number.isInteger(number) && number > 0 && number <= 100_000_000 ? number : null;
}
