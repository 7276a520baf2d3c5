import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A directory that control takes for a safetensors model: six layers, four heads, weights of zeros. */
export function writeTinySafetensors(directory: string): string {
  mkdirSync(directory, { recursive: true });
  const config = { architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2', torch_dtype: 'bfloat16', max_position_embeddings: 4096, num_hidden_layers: 6, hidden_size: 64, num_attention_heads: 4, num_key_value_heads: 4, vocab_size: 256 };
  writeFileSync(join(directory, 'config.json'), JSON.stringify(config));
  writeFileSync(join(directory, 'tokenizer.json'), '{}');
  const weights = Buffer.alloc(64 * 64 * 2);
  const header = Buffer.from(JSON.stringify({ 'model.embed_tokens.weight': { dtype: 'BF16', shape: [64, 64], data_offsets: [0, weights.length] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  writeFileSync(join(directory, 'model.safetensors'), Buffer.concat([length, header, weights]));
  return directory;
}
