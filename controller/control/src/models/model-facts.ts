import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ModelFileError } from './bounded-reader.js';
import { readGguf } from './gguf.js';
import type { ModelKind } from './model-kind.js';
import type { ModelShape } from './model-shape.js';
import { readSafetensors } from './safetensors.js';

/** What the files of a model tell about it; null where they do not. */
export interface ModelFacts {
  readonly weightsBytes: number;
  readonly kind: ModelKind;
  readonly parameterCount: number | null;
  /** Of those that answer one token; null for models that use all of theirs. */
  readonly activeParameterCount: number | null;
  readonly dataType: string | null;
  readonly quantisation: string | null;
  readonly contextLength: number | null;
  readonly architecture: string | null;
  readonly licence: string | null;
  readonly chatTemplate: boolean;
  readonly shape: ModelShape | null;
  /** Files that run code when loaded, or ask for it; null: none. */
  readonly codeFiles: readonly string[] | null;
}

const MAX_CONFIG = 4 * 2 ** 20;
const count = z.number().int().positive().max(100_000_000);
const configSchema = z.object({
  architectures: z.array(z.string().max(128)).max(16).optional(),
  model_type: z.string().max(128).optional(),
  max_position_embeddings: count.optional(),
  torch_dtype: z.string().max(32).optional(), dtype: z.string().max(32).optional(),
  num_hidden_layers: count.optional(), hidden_size: count.optional(), num_attention_heads: count.optional(), num_key_value_heads: count.optional(),
  head_dim: count.nullish(), intermediate_size: count.optional(), vocab_size: count.optional(), kv_lora_rank: count.nullish(), qk_rope_head_dim: count.nullish(),
});

/**
 * Reads a model's files in a directory.
 * @throws ModelFileError when a file is damaged or not what its name says
 */
export async function readModelFacts(directory: string, format: 'gguf' | 'safetensors', files: readonly { path: string; bytes: number }[]): Promise<ModelFacts> {
  return format === 'gguf' ? ggufFacts(directory, files) : safetensorsFacts(directory, files);
}

async function ggufFacts(directory: string, files: readonly { path: string; bytes: number }[]): Promise<ModelFacts> {
  const weights = files.filter(({ path }) => /\.gguf$/i.test(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  let parameterCount = 0;
  let first: Awaited<ReturnType<typeof readGguf>> | undefined;
  for (const { path } of weights) {
    const part = await named(path, readGguf(join(directory, path)));
    first ??= part;
    parameterCount += part.parameterCount;
  }
  if (!first) throw new ModelFileError('no GGUF file is there');
  const { dataType, contextLength, architecture, licence, chatTemplate, shape } = first;
  return { kind: 'llm', activeParameterCount: null, quantisation: null, codeFiles: null, weightsBytes: sum(weights), parameterCount, dataType, contextLength, architecture, licence, chatTemplate, shape };
}

async function safetensorsFacts(directory: string, files: readonly { path: string; bytes: number }[]): Promise<ModelFacts> {
  const all = files.filter(({ path }) => /\.safetensors$/i.test(path) && !path.includes('/'));
  const weights = all.some(({ path }) => !path.startsWith('consolidated')) ? all.filter(({ path }) => !path.startsWith('consolidated')) : all;
  let parameterCount = 0;
  for (const { path } of weights) parameterCount += (await named(path, readSafetensors(join(directory, path)))).parameterCount;
  await checkIndex(directory, files);
  const config = await readJson(join(directory, 'config.json'), configSchema, 'config.json');
  const chatTemplate = files.some(({ path }) => /^chat_template\.(jinja|json)$/.test(path)) || (await hasChatTemplate(directory, files));
  return {
    kind: 'llm', activeParameterCount: null, quantisation: null, codeFiles: null, weightsBytes: sum(weights), parameterCount, chatTemplate, licence: null,
    dataType: (config.torch_dtype ?? config.dtype ?? '').toUpperCase().replace('BFLOAT16', 'BF16').replace('FLOAT16', 'F16').replace('FLOAT32', 'F32') || null,
    contextLength: config.max_position_embeddings ?? null, architecture: config.architectures?.[0] ?? config.model_type ?? null, shape: shapeOf(config),
  };
}

/** The shards an index names must be plain file names that are there: loaders join them to the directory unchecked. */
async function checkIndex(directory: string, files: readonly { path: string }[]): Promise<void> {
  if (!files.some(({ path }) => path === 'model.safetensors.index.json')) return;
  const index = await readJson(join(directory, 'model.safetensors.index.json'), z.object({ weight_map: z.record(z.string(), z.string()) }), 'model.safetensors.index.json');
  for (const shard of new Set(Object.values(index.weight_map))) {
    if (!files.some(({ path }) => path === shard)) throw new ModelFileError(`model.safetensors.index.json names ${shard.slice(0, 100)}, which is not there`);
  }
}

async function hasChatTemplate(directory: string, files: readonly { path: string }[]): Promise<boolean> {
  if (!files.some(({ path }) => path === 'tokenizer_config.json')) return false;
  const config = await readJson(join(directory, 'tokenizer_config.json'), z.object({ chat_template: z.unknown().optional() }), 'tokenizer_config.json');
  return config.chat_template !== undefined && config.chat_template !== null;
}

function shapeOf(config: z.infer<typeof configSchema>): ModelShape | null {
  const { num_hidden_layers: layers, hidden_size: hiddenSize, num_attention_heads: heads } = config;
  if (layers === undefined || hiddenSize === undefined || heads === undefined) return null;
  const width = config.head_dim ?? Math.ceil(hiddenSize / heads);
  return {
    layers, hiddenSize, heads, kvHeads: config.num_key_value_heads ?? heads, keyLength: width, valueLength: width,
    latentWidth: config.kv_lora_rank ? config.kv_lora_rank + (config.qk_rope_head_dim ?? 0) : null,
    intermediateSize: config.intermediate_size ?? null, vocabularySize: config.vocab_size ?? null,
  };
}

async function readJson<T extends z.ZodType>(path: string, schema: T, name: string): Promise<z.infer<T>> {
  if ((await stat(path)).size > MAX_CONFIG * 16) throw new ModelFileError(`${name} is far too large`);
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new ModelFileError(`${name} is not JSON: ${(error as Error).message.slice(0, 100)}`);
  }
  const result = schema.safeParse(content);
  if (!result.success) throw new ModelFileError(`${name}: ${result.error.issues[0]?.path.join('.') ?? ''} ${result.error.issues[0]?.message ?? 'is not valid'}`);
  return result.data;
}

async function named<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw error instanceof ModelFileError ? new ModelFileError(`${path}: ${error.message}`) : error;
  }
}

function sum(files: readonly { bytes: number }[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}
