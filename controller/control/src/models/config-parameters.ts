import type { ModelConfig } from './model-config.js';
import type { ModelShape } from './model-shape.js';

/** What planning needs of a configuration; null when it does not tell enough. */
export function shapeOfConfig(config: ModelConfig): ModelShape | null {
  const { layers, hiddenSize, heads, latent } = config;
  if (layers === null || hiddenSize === null || heads === null) return null;
  const width = headWidth(config);
  return {
    layers, hiddenSize, heads, kvHeads: config.kvHeads ?? heads, keyLength: width, valueLength: width,
    latentWidth: latent && latent.kvRank + latent.ropeWidth, intermediateSize: config.intermediateSize, vocabularySize: config.vocabularySize,
    slidingWindow: config.slidingWindow, expertIntermediateSize: config.experts?.width ?? null,
  };
}

/**
 * Parameters of a Llama-like decoder (Llama, Qwen2, Qwen3, DeepSeek V2 and V3), from its configuration alone: attention, two
 * norms and a gated MLP or experts per layer, embeddings in and out, a last norm. Checked against published counts.
 * Null when the configuration does not tell enough, or for other builds.
 */
export function parametersOfConfig(config: ModelConfig): { readonly total: number; readonly active: number | null } | null {
  const { layers, hiddenSize: h, heads, vocabularySize: v, experts } = config;
  const inner = config.intermediateSize ?? experts?.width ?? null;
  if (layers === null || h === null || heads === null || v === null || inner === null || config.kind !== 'llm') return null;
  const denseLayers = experts ? Math.min(layers, experts.denseLayers) : layers;
  const feedForward = denseLayers * 3 * h * inner + (layers - denseLayers) * mixture(config, h);
  const total = layers * (attention(config, h, heads) + 2 * h) + feedForward + h + v * h * (config.tiedEmbeddings ? 1 : 2);
  if (!Number.isSafeInteger(total) || total <= 0) return null;
  const idle = idleExpertParameters(config);
  return { total, active: idle === null ? null : total - idle };
}

/** Shared experts are as wide as routed ones; the router has a weight per expert, and DeepSeek's a bias, too. */
function mixture({ experts, latent }: ModelConfig, h: number): number {
  if (!experts) return 0;
  return (experts.count + experts.shared) * 3 * h * experts.width + experts.count * h + (latent ? experts.count : 0);
}

/** Parameters that a token does not use, of all layers. */
export function idleExpertParameters({ layers, hiddenSize, experts }: ModelConfig): number | null {
  if (!experts || layers === null || hiddenSize === null) return null;
  const idle = Math.max(0, layers - experts.denseLayers) * (experts.count - experts.perToken) * 3 * hiddenSize * experts.width;
  return Number.isSafeInteger(idle) ? idle : null;
}

function attention(config: ModelConfig, h: number, heads: number): number {
  if (config.latent) return latentAttention(config.latent, h, heads);
  const kv = config.kvHeads ?? heads;
  const width = headWidth(config);
  const bias = config.attentionBias ? heads * width + 2 * kv * width : 0;
  return 2 * h * heads * width + 2 * h * kv * width + bias + (config.headNorms ? 2 * width : 0);
}

function latentAttention({ kvRank, queryRank, ropeWidth, plainWidth, valueWidth }: NonNullable<ModelConfig['latent']>, h: number, heads: number): number {
  const query = queryRank === null ? h * heads * (plainWidth + ropeWidth) : h * queryRank + queryRank + queryRank * heads * (plainWidth + ropeWidth);
  return query + h * (kvRank + ropeWidth) + kvRank + kvRank * heads * (plainWidth + valueWidth) + heads * valueWidth * h;
}

function headWidth({ headWidth: width, hiddenSize, heads }: ModelConfig): number {
  return width ?? Math.ceil((hiddenSize ?? 0) / (heads ?? 1));
}
