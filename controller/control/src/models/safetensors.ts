import { z } from 'zod';
import { BoundedReader } from './bounded-reader.js';
import { isObject, parseBoundedJson } from './bounded-json.js';
import type { ByteSource } from './byte-source.js';
import { ModelFileError } from './model-file-error.js';

/** The format allows 100 MB; real headers stay below a tenth of this. */
const MAX_HEADER = 16 * 2 ** 20;
const MAX_TENSORS = 200_000;
const BITS: Readonly<Record<string, number>> = {
  BOOL: 8, U8: 8, I8: 8, F8_E4M3: 8, F8_E5M2: 8, F8_E8M0: 8, I16: 16, U16: 16, F16: 16, BF16: 16, I32: 32, U32: 32, F32: 32, I64: 64, U64: 64, F64: 64, F4: 4, F6_E2M3: 6, F6_E3M2: 6,
};
const size = z.number().int().min(0);
const tensorSchema = z.object({ dtype: z.string(), shape: z.array(size).max(16), data_offsets: z.tuple([size, size]) });

export interface Tensor {
  readonly name: string;
  readonly dtype: string;
  readonly elements: number;
}

interface Span extends Tensor {
  readonly from: number;
  readonly to: number;
}

/**
 * Checks the header of a safetensors file before anybody trusts its numbers: sizes within bounds, no tensor twice, offsets
 * without gaps or overlaps and inside the file, shape times type equal to the span.
 * Format: 8 bytes little-endian length, a JSON object, the tensors' bytes.
 * @throws ModelFileError
 */
export async function readSafetensors(source: ByteSource): Promise<readonly Tensor[]> {
  const reader = new BoundedReader(source, MAX_HEADER + 8);
  const length = await reader.u64();
  if (length > MAX_HEADER) throw new ModelFileError(`its header is longer than ${MAX_HEADER} bytes`);
  const spans = tensorsOf(parseHeader(await reader.bytes(length)));
  checkSpans(spans, reader.size - 8 - length);
  return spans.map(({ name, dtype, elements }) => ({ name, dtype, elements }));
}

function parseHeader(bytes: Buffer): Readonly<Record<string, unknown>> {
  let header: unknown;
  try {
    header = parseBoundedJson(bytes, { bytes: MAX_HEADER, depth: 8 });
  } catch (error) {
    throw error instanceof ModelFileError ? new ModelFileError(`its header ${error.message}`) : error;
  }
  if (!isObject(header)) throw new ModelFileError('its header is not an object');
  return header;
}

function tensorsOf(header: Readonly<Record<string, unknown>>): Span[] {
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__');
  if (entries.length > MAX_TENSORS) throw new ModelFileError('it has more tensors than any model');
  return entries.map(([name, value]) => {
    const result = tensorSchema.safeParse(value);
    if (!result.success) throw new ModelFileError(`the record of tensor ${printable(name)} is not valid`);
    const { dtype, shape, data_offsets: [from, to] } = result.data;
    const bits = BITS[dtype];
    if (bits === undefined) throw new ModelFileError(`it has a tensor of unknown type ${printable(dtype)}`, 'unknown-dtype');
    const elements = shape.reduce((product, width) => product * width, 1);
    if (!Number.isSafeInteger(elements * bits)) throw new ModelFileError('a tensor is absurdly large');
    if (to - from !== Math.ceil((elements * bits) / 8)) throw new ModelFileError(`tensor ${printable(name)} does not fill its place: shape, type and offsets disagree`);
    return { name, dtype, elements, from, to };
  });
}

function checkSpans(spans: readonly Span[], dataBytes: number): void {
  let end = 0;
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end) throw new ModelFileError('its tensors overlap or leave gaps');
    end = to;
  }
  if (end > dataBytes) throw new ModelFileError(`it should hold ${end} bytes of tensors and holds ${dataBytes}: the file is cut off`, 'truncated');
  if (end < dataBytes) throw new ModelFileError(`it should hold ${end} bytes of tensors and holds ${dataBytes}: the file is damaged`);
}

function printable(text: string): string {
  return text.slice(0, 100).replace(/\p{Cc}|\p{Cf}/gu, '?');
}
