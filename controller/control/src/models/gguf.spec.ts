import { describe, expect, it } from 'vitest';
import { ggufBytes } from '../../test/cluster/fixtures/gguf-writer.js';
import { headSource } from './byte-source.js';
import { readGguf } from './gguf.js';
import { ggufFacts } from './gguf-facts.js';
import { ModelFileError } from './model-file-error.js';

describe('GGUF reader', () => {
  const read = async (bytes: Buffer) => ggufFacts(await readGguf(headSource(bytes, bytes.length)));

  it('reads what a model tells about itself', async () => {
    expect(await read(ggufBytes())).toEqual({
      architecture: 'llama', name: null, licence: null, kind: 'llm', dataType: 'F16', parameterCount: 6400, activeParameterCount: null, contextLength: 512, chatTemplate: true,
      shape: { layers: 2, hiddenSize: 64, heads: 4, kvHeads: 2, keyLength: 16, valueLength: 16, latentWidth: null, intermediateSize: 128, vocabularySize: null, slidingWindow: null, expertIntermediateSize: null },
    });
  });

  it('counts the experts that a token uses', async () => {
    const metadata = { 'general.architecture': 'qwen3moe', 'qwen3moe.expert_count': 8, 'qwen3moe.expert_used_count': 2, 'qwen3moe.pooling_type': 0 };
    const bytes = ggufBytes({ metadata, tensors: [{ name: 'token_embd.weight', dimensions: [100] }] });
    expect(await read(bytes)).toMatchObject({ parameterCount: 100, activeParameterCount: 100 });
    expect(await read(ggufBytes({ metadata, tensors: [{ name: 'blk.0.ffn_up_exps.weight', dimensions: [16, 8] }] }))).toMatchObject({ parameterCount: 128, activeParameterCount: 32 });
  });

  it('knows encoders and rankers', async () => {
    expect(await read(ggufBytes({ metadata: { 'general.architecture': 'bert' } }))).toMatchObject({ kind: 'embedding' });
    expect(await read(ggufBytes({ metadata: { 'general.architecture': 'qwen3', 'qwen3.pooling_type': 4 } }))).toMatchObject({ kind: 'reranker' });
  });

  it('does not read the file when asked for more than a node sent of it', async () => {
    const bytes = ggufBytes();
    await expect(readGguf(headSource(bytes.subarray(0, 60), bytes.length))).rejects.toThrow(/node sent/);
    expect(await readGguf(headSource(bytes.subarray(0, -6400 * 2), bytes.length))).toMatchObject({ tensors: new Map([['token_embd.weight', 6400]]) });
    await expect(readGguf(headSource(bytes, bytes.length))).resolves.toBeDefined();
  });

  it('answers with a ModelFileError', async () => {
    await expect(read(Buffer.from('nonsense'))).rejects.toBeInstanceOf(ModelFileError);
  });
});
