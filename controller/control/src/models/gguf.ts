import { BoundedReader } from './bounded-reader.js';
import type { ByteSource } from './byte-source.js';
import { tensorBytes } from './gguf-types.js';
import { ModelFileError } from './model-file-error.js';

/*
 * GGUF (versions 2 and 3), little-endian: magic, version, tensor count, metadata count; then metadata (key, type,
 * value), then tensor records (name, dimensions, type, offset). Source: ggml's docs/gguf.md.
 */
/** Headers of real models stay below 20 MB: vocabularies and merges are their bulk. */
const MAX_HEADER = 64 * 2 ** 20;
const MAX_TENSORS = 200_000;
const MAX_ENTRIES = 2_000;
const MAX_KEY = 1024;
/** Vocabularies have some hundred thousand entries. */
const MAX_LIST = 2 ** 21;
/** Longer texts and lists (chat templates, vocabularies) are only walked over. */
const MAX_KEPT = 1024;
const MAX_DIMENSIONS = 8;

const STRING = 8;
const ARRAY = 9;
const BYTES_OF_TYPE: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };

export type GgufValue = string | number | boolean | readonly number[] | { readonly length: number };

export interface GgufHeader {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  /** Names with the count of their numbers. */
  readonly tensors: ReadonlyMap<string, number>;
}

/** Reads and checks the header of a GGUF file: bounds, no key or tensor twice, every tensor inside the file. @throws ModelFileError */
export async function readGguf(source: ByteSource): Promise<GgufHeader> {
  const reader = new BoundedReader(source, MAX_HEADER);
  if ((await reader.bytes(4)).toString('latin1') !== 'GGUF') throw new ModelFileError('is not a GGUF file');
  const version = await reader.u32();
  if (version !== 2 && version !== 3) throw new ModelFileError(`GGUF version ${version} is not supported, only 2 and 3`);
  const tensorCount = await reader.u64();
  const entries = await reader.u64();
  if (tensorCount > MAX_TENSORS || entries > MAX_ENTRIES) throw new ModelFileError('the header announces more entries than any model has');
  const metadata = await readMetadata(reader, entries);
  return { metadata, tensors: await readTensors(reader, tensorCount, alignmentOf(metadata)) };
}

async function readMetadata(reader: BoundedReader, entries: number): Promise<Map<string, GgufValue>> {
  const metadata = new Map<string, GgufValue>();
  for (let index = 0; index < entries; index += 1) {
    const key = await readString(reader, MAX_KEY);
    if (metadata.has(key)) throw new ModelFileError('the header names something twice');
    metadata.set(key, await readValue(reader, await reader.u32()));
  }
  return metadata;
}

async function readValue(reader: BoundedReader, type: number): Promise<GgufValue> {
  if (type === STRING) return readText(reader);
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
async function readArray(reader: BoundedReader): Promise<GgufValue> {
  const type = await reader.u32();
  const length = await reader.u64();
  if (length > MAX_LIST) throw new ModelFileError('the header has an overlong list');
  if (type === STRING) {
    for (let index = 0; index < length; index += 1) reader.skip(await reader.u64());
    return { length };
  }
  const bytes = BYTES_OF_TYPE[type];
  if (bytes === undefined) throw new ModelFileError('the header has a list of lists');
  if (length > MAX_KEPT) {
    reader.skip(length * bytes);
    return { length };
  }
  const values: number[] = [];
  for (let index = 0; index < length; index += 1) values.push(Number(readScalar(await reader.bytes(bytes), type)));
  return values;
}

async function readText(reader: BoundedReader): Promise<GgufValue> {
  const length = await reader.u64();
  if (length <= MAX_KEPT) return (await reader.bytes(length)).toString('utf8');
  reader.skip(length);
  return { length };
}

async function readString(reader: BoundedReader, limit: number): Promise<string> {
  const length = await reader.u64();
  if (length > limit) throw new ModelFileError('the header has an overlong text');
  return (await reader.bytes(length)).toString('utf8');
}

async function readTensors(reader: BoundedReader, count: number, alignment: number): Promise<Map<string, number>> {
  const tensors = new Map<string, number>();
  const places: { offset: number; bytes: number | undefined }[] = [];
  let total = 0;
  for (let index = 0; index < count; index += 1) {
    const name = await readString(reader, MAX_KEY);
    if (tensors.has(name)) throw new ModelFileError('the header names a tensor twice');
    const elements = await readElements(reader);
    total += elements;
    if (!Number.isSafeInteger(total)) throw new ModelFileError('a tensor is absurdly large');
    places.push({ bytes: tensorBytes(await reader.u32(), elements), offset: await reader.u64() });
    tensors.set(name, elements);
  }
  checkPlaces(places, reader.size - Math.ceil(reader.position / alignment) * alignment);
  return tensors;
}

async function readElements(reader: BoundedReader): Promise<number> {
  const dimensions = await reader.u32();
  if (dimensions > MAX_DIMENSIONS) throw new ModelFileError('a tensor has too many dimensions');
  let elements = 1;
  for (let axis = 0; axis < dimensions; axis += 1) elements *= await reader.u64();
  return elements;
}

/** Tensors of types newer than our table have an unknown size: only where they begin is checked. */
function checkPlaces(places: readonly { offset: number; bytes: number | undefined }[], dataBytes: number): void {
  let end = 0;
  for (const { offset, bytes = 0 } of [...places].sort((a, b) => a.offset - b.offset)) {
    if (offset < end) throw new ModelFileError('its tensors overlap');
    end = offset + bytes;
    if (end > dataBytes) throw new ModelFileError('the file is cut off: a tensor lies beyond its end', 'truncated');
  }
}

function alignmentOf(metadata: ReadonlyMap<string, GgufValue>): number {
  const value = metadata.get('general.alignment') ?? 32;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 65_536) throw new ModelFileError('general.alignment is absurd');
  return value;
}
