import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { HubError, type Hubs } from '../hubs/index.js';
import { LookedUpRepositories } from './repository-lookup.js';

const CONFIG = JSON.stringify({
  architectures: ['LlamaForCausalLM'], model_type: 'llama', num_hidden_layers: 32, hidden_size: 4096, num_attention_heads: 32, num_key_value_heads: 8, intermediate_size: 14_336, vocab_size: 128_256,
  torch_dtype: 'bfloat16', max_position_embeddings: 131_072,
});
const wish = { hub: 'modelscope' as const, repository: 'me/model', revision: null, include: [], exclude: [] };
const lookup = (config: string, opened: string[] = [], listed = config.length) =>
  new LookedUpRepositories({
    of: () => ({
      resolve: () => Promise.resolve({ revision: 'abc', licence: 'mit', gated: false }),
      list: () => Promise.resolve([{ path: 'pytorch_model.bin', bytes: 9 }, { path: 'config.json', bytes: listed }, { path: 'model.safetensors', bytes: 16e9 }]),
      open: ({ path }: { path: string }) => {
        opened.push(path);
        return Promise.resolve({ kind: 'whole', etag: null, body: Readable.from([Buffer.from(config)]) });
      },
    }),
  } as unknown as Hubs);

describe('a look at a repository', () => {
  it('tells files, size and what config.json says, and fetches nothing else', async () => {
    const opened: string[] = [];
    expect(await lookup(CONFIG, opened).lookUp(wish)).toEqual({
      hub: 'modelscope', repository: 'me/model', revision: 'abc', licence: 'mit', gated: false, format: 'safetensors', parameterCount: 8_030_261_248, dataType: 'BF16', contextLength: 131_072,
      files: [{ path: 'config.json', bytes: CONFIG.length, selected: true }, { path: 'model.safetensors', bytes: 16e9, selected: true }, { path: 'pytorch_model.bin', bytes: 9, selected: false }],
      selectedBytes: 16e9 + CONFIG.length,
    });
    expect(opened).toEqual(['config.json']);
  });

  it.each([['no JSON', '{', 1], ['an absurd number', '{"hidden_size":-1}', 18], ['more than was listed', CONFIG, 10]])('shows the files when config.json is %s', async (_, config, listed) => {
    expect(await lookup(config, [], listed).lookUp(wish)).toMatchObject({ format: 'safetensors', parameterCount: null, dataType: null });
  });

  it('does not fetch a config.json of megabytes', async () => {
    const opened: string[] = [];
    await lookup(CONFIG, opened, 2 ** 20 + 1).lookUp(wish);
    expect(opened).toEqual([]);
  });

  it('says which field is wrong', async () => {
    const failing = new LookedUpRepositories({ of: () => ({ resolve: () => Promise.reject(new HubError('no-revision', 'no such branch')) }) } as unknown as Hubs);
    await expect(failing.lookUp(wish)).rejects.toMatchObject({ code: 'bad-request', extras: { field: 'revision' } });
  });
});
