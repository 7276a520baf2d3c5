import type { ModelShape } from '../models/index.js';

const GIB = 2 ** 30;
/** 16-bit keys and values, the default of every engine. */
const KV_BYTES = 2;
/** Prompt tokens an engine works on in one step (llama.cpp's batch; vLLM's and SGLang's CPU default is of that order). */
const STEP_TOKENS = 512;
/** Intermediate results alive at once, in multiples of the hidden size; from measured llama.cpp compute buffers. */
const LIVE_VECTORS = 16;

export interface MemoryNeed {
  readonly weightsBytes: number;
  readonly kvCacheBytes: number;
  readonly activationBytes: number;
  readonly overheadBytes: number;
  readonly totalBytes: number;
  /** The guide's rule: weights × 1.2 + 2 GiB. Shown, not decided by. */
  readonly nominalBytes: number;
}

export function nominalNeedBytes(weightsBytes: number): number {
  return Math.ceil(weightsBytes * 1.2 + 2 * GIB);
}

/**
 * Bytes of KV cache for one token over all layers: 2 · layers · kv_heads · head_dim · bytes (key and value may
 * differ in width); multi-head latent attention caches one latent per layer instead.
 */
export function kvBytesPerToken({ layers, kvHeads, keyLength, valueLength, latentWidth }: ModelShape): number {
  return layers * (latentWidth ?? kvHeads * (keyLength + valueLength)) * KV_BYTES;
}

/** Without a known shape the KV cache is taken as a quarter of the weights: enough for a few short chats. */
export function estimateMemory(
  weightsBytes: number,
  shape: ModelShape | null,
  wish: { contextLength: number; parallel: number },
  overheadBytes: number,
): MemoryNeed {
  const kvCacheBytes = shape ? kvBytesPerToken(shape) * wish.contextLength * wish.parallel : Math.ceil(weightsBytes / 4);
  const activationBytes = shape ? STEP_TOKENS * 4 * ((shape.vocabularySize ?? 0) + shape.hiddenSize * LIVE_VECTORS) : Math.ceil(weightsBytes * 0.05);
  return {
    weightsBytes, kvCacheBytes, activationBytes, overheadBytes,
    totalBytes: weightsBytes + kvCacheBytes + activationBytes + overheadBytes,
    nominalBytes: nominalNeedBytes(weightsBytes),
  };
}

/** The terms of one card, or of the node on CPUs. */
export interface CardNeed {
  readonly weightsBytes: number;
  readonly kvCacheBytes: number;
  readonly activationBytes: number;
  readonly overheadBytes: number;
  readonly totalBytes: number;
}

/**
 * Bytes on one card of a tensor-parallel × pipeline-parallel group. KV heads that are fewer than the cards of a
 * node are copied, and a latent cache is whole on every card.
 */
export function estimatePerCard(
  need: MemoryNeed,
  shape: ModelShape | null,
  tensorParallel: number,
  pipelineParallel: number,
  overheadBytes: (weightsPerCard: number) => number,
): CardNeed {
  const kvShare = shape?.latentWidth ? 1 : Math.min(tensorParallel, shape?.kvHeads ?? tensorParallel);
  const weightsBytes = Math.ceil(need.weightsBytes / (tensorParallel * pipelineParallel));
  const kvCacheBytes = Math.ceil(need.kvCacheBytes / (kvShare * pipelineParallel));
  const overhead = Math.ceil(overheadBytes(weightsBytes));
  return { weightsBytes, kvCacheBytes, activationBytes: need.activationBytes, overheadBytes: overhead, totalBytes: weightsBytes + kvCacheBytes + need.activationBytes + overhead };
}

/**
 * Bytes on the fullest card when whole layers are dealt out in equal parts, as llama.cpp does: the output counts as one
 * layer more, each layer's cache lies where the layer does.
 */
export function estimateLayerSplit(need: MemoryNeed, shape: ModelShape | null, cards: number, overheadBytes: (weightsPerCard: number) => number): CardNeed {
  const most = shape ? Math.ceil((shape.layers + 1) / cards) : undefined;
  const weightsBytes = Math.ceil(need.weightsBytes * (shape && most !== undefined ? most / (shape.layers + 1) : 1 / cards));
  const kvCacheBytes = Math.ceil(need.kvCacheBytes * (shape && most !== undefined ? Math.min(1, most / shape.layers) : 1 / cards));
  const overhead = Math.ceil(overheadBytes(weightsBytes));
  return { weightsBytes, kvCacheBytes, activationBytes: need.activationBytes, overheadBytes: overhead, totalBytes: weightsBytes + kvCacheBytes + need.activationBytes + overhead };
}

/** Tensor-parallel sizes an engine accepts: they divide the heads, and divide or are a multiple of the KV heads. */
export function tensorParallelFits(shape: ModelShape | null, size: number): boolean {
  if (size === 1) return true;
  if (!shape) return Number.isInteger(Math.log2(size));
  const { heads, kvHeads, intermediateSize } = shape;
  if (heads % size !== 0) return false;
  if (intermediateSize !== null && intermediateSize % size !== 0) return false;
  return size <= kvHeads ? kvHeads % size === 0 : size % kvHeads === 0;
}

/** Bytes for people, in GiB or MiB. */
export function bytesText(bytes: number): string {
  return bytes >= GIB ? `${(bytes / GIB).toFixed(1)} GiB` : `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
