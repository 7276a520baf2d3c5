import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from './safetensors.js';

describe('safetensors header', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'safetensors-'));
  });
  afterAll(() => rm(directory, { recursive: true }));
  const read = async (header: unknown, dataBytes: number, length?: bigint) => {
    const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(length ?? BigInt(json.length));
    const path = join(directory, 'model.safetensors');
    await writeFile(path, Buffer.concat([size, json, Buffer.alloc(dataBytes)]));
    return readSafetensors(path);
  };
  const tensor = (dtype: string, shape: number[], from: number, to: number) => ({ dtype, shape, data_offsets: [from, to] });

  it('counts parameters by type', async () => {
    const facts = await read({ __metadata__: { format: 'pt' }, b: tensor('F32', [2], 16, 24), a: tensor('BF16', [2, 4], 0, 16) }, 24);
    expect(facts.parameterCount).toBe(10);
    expect([...facts.elements]).toEqual([['BF16', 8], ['F32', 2]]);
  });

  it.each([
    ['a header of 2^60 bytes', '{}', 0, 2n ** 60n, /absurd|longer/],
    ['a header longer than the file', '{}', 0, 100n, /ends before/],
    ['no JSON', '{', 0, undefined, /not JSON/],
    ['a gap', { a: tensor('U8', [4], 0, 4), b: tensor('U8', [4], 8, 12) }, 12, undefined, /overlap or leave gaps/],
    ['an overlap', { a: tensor('U8', [4], 0, 4), b: tensor('U8', [4], 2, 6) }, 6, undefined, /overlap or leave gaps/],
    ['a span that is not shape times type', { a: tensor('F32', [4], 0, 4) }, 4, undefined, /overlap or leave gaps/],
    ['a tensor of 2^100 numbers', { a: tensor('U8', [2 ** 50, 2 ** 50], 0, 4) }, 4, undefined, /absurdly large/],
    ['a negative offset', { a: tensor('U8', [4], -4, 0) }, 0, undefined, /not valid/],
    ['an unknown type', { a: tensor('PICKLE', [4], 0, 4) }, 4, undefined, /unknown type/],
    ['too few bytes', { a: tensor('U8', [4], 0, 4) }, 3, undefined, /cut off/],
    ['too many bytes', { a: tensor('U8', [4], 0, 4) }, 5, undefined, /damaged/],
  ])('refuses %s', async (_, header, dataBytes, length, message) => {
    await expect(read(header, dataBytes, length)).rejects.toThrow(message);
  });
});
