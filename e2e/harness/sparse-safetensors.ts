import { mkdirSync, openSync, closeSync, ftruncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface ModelMeasures {
  readonly architecture: string;
  readonly type: string;
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly context: number;
  /** Whole number of millions. */
  readonly millions: number;
}

/** A directory that control takes for a BF16 model of that size; its weights are a hole in the file. */
export function writeSparseSafetensors(directory: string, model: ModelMeasures): string {
  mkdirSync(directory, { recursive: true });
  const config = {
    architectures: [model.architecture], model_type: model.type, torch_dtype: 'bfloat16', max_position_embeddings: model.context, num_hidden_layers: model.layers, hidden_size: model.hidden,
    num_attention_heads: model.heads, num_key_value_heads: model.kvHeads, vocab_size: 151_936, head_dim: 128,
  };
  writeFileSync(join(directory, 'config.json'), JSON.stringify(config));
  writeFileSync(join(directory, 'tokenizer.json'), '{}');
  const bytes = model.millions * 1_000_000 * 2;
  const header = Buffer.from(JSON.stringify({ 'model.embed_tokens.weight': { dtype: 'BF16', shape: [model.millions, 1_000_000], data_offsets: [0, bytes] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const file = openSync(join(directory, 'model.safetensors'), 'w');
  writeSync(file, Buffer.concat([length, header]));
  ftruncateSync(file, 8 + header.length + bytes);
  closeSync(file);
  return directory;
}
