import { open } from 'node:fs/promises';
import { z } from 'zod';
import { BoundedReader, ModelFileError } from './bounded-reader.js';

/** The format allows 100 MB; real headers stay below a tenth of this. */
const MAX_HEADER = 16 * 2 ** 20;
const MAX_TENSORS = 200_000;
const BITS: Readonly<Record<string, number>> = {
  BOOL: 8, U8: 8, I8: 8, F8_E4M3: 8, F8_E5M2: 8, F8_E8M0: 8, I16: 16, U16: 16, F16: 16, BF16: 16, I32: 32, U32: 32, F32: 32, I64: 64, U64: 64, F64: 64, F4: 4, F6_E2M3: 6, F6_E3M2: 6,
};
const tensorSchema = z.object({ dtype: z.string(), shape: z.array(z.number().int().min(0)).max(16), data_offsets: z.tuple([z.number().int().min(0), z.number().int().min(0)]) });

export interface SafetensorsFacts {
  readonly parameterCount: number;
  /** Elements by data type. */
  readonly elements: ReadonlyMap<string, number>;
}

/**
 * Checks the header of a safetensors file before anybody trusts its numbers: sizes within bounds, offsets without
 * gaps or overlaps and inside the file, shape times type equal to the span.
 * @throws ModelFileError
 */
export async function readSafetensors(path: string): Promise<SafetensorsFacts> {
  const file = await open(path, 'r');
  try {
    const reader = new BoundedReader(file, (await file.stat()).size, MAX_HEADER + 8);
    const length = await reader.u64();
    if (length > MAX_HEADER) throw new ModelFileError(`its header is longer than ${MAX_HEADER} bytes`);
    return checkHeader(parseHeader(await reader.bytes(length)), reader.size - 8 - length);
  } finally {
    await file.close();
  }
}

function parseHeader(bytes: Buffer): z.infer<typeof tensorSchema>[] {
  let content: unknown;
  try {
    content = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new ModelFileError('its header is not JSON');
  }
  if (content === null || typeof content !== 'object') throw new ModelFileError('its header is not an object');
  const entries = Object.entries(content).filter(([name]) => name !== '__metadata__');
  if (entries.length > MAX_TENSORS) throw new ModelFileError('it has more tensors than any model');
  return entries.map(([name, value]) => {
    const result = tensorSchema.safeParse(value);
    if (!result.success) throw new ModelFileError(`the record of tensor ${name.slice(0, 100)} is not valid`);
    return result.data;
  });
}

function checkHeader(tensors: z.infer<typeof tensorSchema>[], dataBytes: number): SafetensorsFacts {
  const elements = new Map<string, number>();
  let end = 0;
  for (const { dtype, shape, data_offsets: [from, to] } of tensors.sort((a, b) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1])) {
    const bits = BITS[dtype];
    if (bits === undefined) throw new ModelFileError(`it has a tensor of unknown type ${dtype.slice(0, 20)}`);
    const count = shape.reduce((product, size) => product * size, 1);
    if (!Number.isSafeInteger(count * bits)) throw new ModelFileError('a tensor is absurdly large');
    if (from !== end || to - from !== Math.ceil((count * bits) / 8)) throw new ModelFileError('its tensors overlap or leave gaps');
    end = to;
    elements.set(dtype, (elements.get(dtype) ?? 0) + count);
  }
  if (end !== dataBytes) throw new ModelFileError(`it should hold ${end} bytes of tensors and holds ${dataBytes}: the file is cut off or damaged`);
  return { parameterCount: [...elements.values()].reduce((sum, count) => sum + count, 0), elements };
}
