import type { FileSpec } from './content.ts';
import type { RepositorySpec } from './repositories.ts';

const CONFIG = JSON.stringify({ architectures: ['Qwen2ForCausalLM'], torch_dtype: 'bfloat16', max_position_embeddings: 1024, num_hidden_layers: 2, hidden_size: 64, num_attention_heads: 4 });

/** A repository with a model that control accepts: weights of about `bytes` in so many shards, and what belongs to them. */
export function safetensorsRepository(id: string, bytes: number, shards = 1): RepositorySpec {
  const name = (index: number) => (shards === 1 ? 'model.safetensors' : `model-${String(index + 1).padStart(5, '0')}-of-${String(shards).padStart(5, '0')}.safetensors`);
  return {
    id,
    files: [
      text('README.md', '# A model of noise\n'), text('config.json', CONFIG), text('tokenizer.json', '{}'),
      ...Array.from({ length: shards }, (_, index) => weights(name(index), Math.floor(bytes / shards), `${id} ${index}`)),
    ],
  };
}

function text(path: string, content: string): FileSpec {
  const head = Buffer.from(content);
  return { path, bytes: head.length, seed: path, head: head.toString('base64') };
}

function weights(path: string, bytes: number, seed: string): FileSpec {
  const elements = Math.floor(bytes / 2);
  const header = Buffer.from(JSON.stringify({ [path.replaceAll(/\W/g, '_')]: { dtype: 'BF16', shape: [elements], data_offsets: [0, elements * 2] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return { path, bytes: 8 + header.length + elements * 2, seed, head: Buffer.concat([length, header]).toString('base64') };
}
