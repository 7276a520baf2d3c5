import type { GgufHeader, GgufValue } from './gguf.js';
import { FILE_TYPES } from './gguf-types.js';
import type { ModelKind } from './model-kind.js';
import type { ModelShape } from './model-shape.js';

export interface GgufFacts {
  readonly architecture: string | null;
  readonly name: string | null;
  readonly licence: string | null;
  readonly kind: ModelKind;
  readonly dataType: string | null;
  readonly parameterCount: number;
  readonly activeParameterCount: number | null;
  readonly contextLength: number | null;
  readonly chatTemplate: boolean;
  readonly shape: ModelShape | null;
}

/** What a GGUF header tells about its model. Pure. */
export function ggufFacts({ metadata, tensors }: GgufHeader): GgufFacts {
  const text = (key: string) => {
    const value = metadata.get(key);
    return typeof value === 'string' && value !== '' ? value.slice(0, 128) : null;
  };
  const architecture = text('general.architecture');
  const number = (key: string) => positive(metadata.get(`${architecture}.${key}`));
  const fileType = metadata.get('general.file_type');
  return {
    architecture, name: text('general.name'), licence: text('general.license'), kind: kindOf(architecture, metadata),
    dataType: typeof fileType === 'number' ? (FILE_TYPES[fileType] ?? null) : null, ...parameters(tensors, number('expert_count'), number('expert_used_count')),
    contextLength: number('context_length'), chatTemplate: metadata.has('tokenizer.chat_template'),
    shape: shapeOf(number, vocabularySize(metadata)),
  };
}

/** Experts lie together in tensors named `…_exps…`; of those, each token uses a share. */
function parameters(tensors: ReadonlyMap<string, number>, experts: number | null, used: number | null): Pick<GgufFacts, 'parameterCount' | 'activeParameterCount'> {
  const sum = (sizes: Iterable<number>) => [...sizes].reduce((total, size) => total + size, 0);
  const parameterCount = sum(tensors.values());
  if (experts === null || used === null || used >= experts) return { parameterCount, activeParameterCount: null };
  const inExperts = sum([...tensors].flatMap(([name, size]) => (name.includes('_exps.') ? [size] : [])));
  return { parameterCount, activeParameterCount: Math.round(parameterCount - inExperts * (1 - used / experts)) };
}

/** Encoders and what pools its tokens give vectors; pooling type 4 ranks. */
function kindOf(architecture: string | null, metadata: ReadonlyMap<string, GgufValue>): ModelKind {
  const pooling = metadata.get(`${architecture}.pooling_type`);
  if (pooling === 4) return 'reranker';
  if (typeof pooling === 'number' && pooling > 0) return 'embedding';
  return /bert/.test(architecture ?? '') ? 'embedding' : 'llm';
}

function shapeOf(number: (key: string) => number | null, vocabulary: number | null): ModelShape | null {
  const layers = number('block_count');
  const hiddenSize = number('embedding_length');
  const heads = number('attention.head_count');
  if (layers === null || hiddenSize === null || heads === null) return null;
  const width = Math.ceil(hiddenSize / heads);
  const latent = number('attention.kv_lora_rank');
  return {
    layers, hiddenSize, heads, kvHeads: number('attention.head_count_kv') ?? heads,
    keyLength: number('attention.key_length') ?? width, valueLength: number('attention.value_length') ?? width,
    latentWidth: latent === null ? null : latent + (number('rope.dimension_count') ?? 0),
    intermediateSize: number('feed_forward_length'), vocabularySize: vocabulary,
    slidingWindow: number('attention.sliding_window'), expertIntermediateSize: number('expert_feed_forward_length'),
  };
}

function vocabularySize(metadata: ReadonlyMap<string, GgufValue>): number | null {
  const tokens = metadata.get('tokenizer.ggml.tokens');
  return typeof tokens === 'object' ? tokens.length : null;
}

/** A count within what any model has; for one number per layer, the largest. */
function positive(value: GgufValue | undefined): number | null {
  const number = Array.isArray(value) ? Math.max(0, ...(value as number[])) : value;
  return typeof number === 'number' && Number.isInteger(number) && number > 0 && number <= 100_000_000 ? number : null;
}
