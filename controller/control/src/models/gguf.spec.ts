import fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ggufBytes, text, u32, u64 } from '../../test/cluster/fixtures/gguf-writer.js';
import { ModelFileError } from './bounded-reader.js';
import { readGguf } from './gguf.js';

describe('GGUF reader', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gguf-'));
  });
  afterAll(() => rm(directory, { recursive: true }));
  const read = async (bytes: Buffer) => {
    const path = join(directory, 'model.gguf');
    await writeFile(path, bytes);
    return readGguf(path);
  };

  it('reads what a model tells about itself', async () => {
    expect(await read(ggufBytes())).toEqual({
      architecture: 'llama', name: null, licence: null, dataType: 'F16', parameterCount: 6400, contextLength: 512, chatTemplate: true,
      shape: { layers: 2, hiddenSize: 64, heads: 4, kvHeads: 2, keyLength: 16, valueLength: 16, latentWidth: null, intermediateSize: 128, vocabularySize: null },
    });
  });

  const header = (...parts: Buffer[]) => Buffer.concat([Buffer.from('GGUF'), u32(3), ...parts]);
  it.each([
    ['another version', ggufBytes({ version: 1 }), /version 1/],
    ['more tensors than any model', header(u64(1e9), u64(0)), /more entries/],
    ['a length beyond 2^53', header(u64(0), u64(2n ** 63n)), /absurd/],
    ['a key longer than the file', header(u64(0), u64(1), u64(1000)), /ends before/],
    ['a text of 2^40 bytes', header(u64(0), u64(1), text('a'), u32(8), u64(2 ** 40)), /overlong/],
    ['a list of 2^40 texts', header(u64(0), u64(1), text('a'), u32(9), u32(8), u64(2 ** 40), Buffer.alloc(64)), /ends before/],
    ['a list of lists', header(u64(0), u64(1), text('a'), u32(9), u32(9), u64(1)), /list of lists/],
    ['an unknown type', header(u64(0), u64(1), text('a'), u32(99)), /unknown type 99/],
    ['a tensor of 2^120 numbers', header(u64(1), u64(0), text('t'), u32(2), u64(2 ** 50), u64(2 ** 50), u32(0), u64(0)), /absurdly large/],
    ['a tensor beyond the end', header(u64(1), u64(0), text('t'), u32(1), u64(1), u32(0), u64(1e9)), /cut off/],
  ])('refuses %s', async (_, bytes, message) => {
    const attempt = read(bytes);
    await expect(attempt).rejects.toBeInstanceOf(ModelFileError);
    await expect(attempt).rejects.toThrow(message);
  });

  it('answers damage anywhere with a value or a refusal, never with another error', async () => {
    const whole = ggufBytes();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }), fc.nat(whole.length), async (changes, cut) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        try {
          await read(bytes.subarray(0, cut));
        } catch (error) {
          expect(error).toBeInstanceOf(ModelFileError);
        }
      }),
      { numRuns: 200 },
    );
  });
});
