import { z } from 'zod';
import { isObject } from './bounded-json.js';
import { ModelFileError } from './model-file-error.js';
import type { ModelKind } from './model-kind.js';

/** Numbers of a `config.json`, each within what any model has; null where it does not say. */
export interface ModelConfig {
  readonly architecture: string | null;
  readonly kind: ModelKind;
  /** Tokens it was made for, stretching of positions included. */
  readonly contextLength: number | null;
  /** Stored type of weights that are not quantised: BF16, F16, F32 … */
  readonly dataType: string | null;
  readonly quantisation: Quantisation | null;
  readonly layers: number | null;
  readonly hiddenSize: number | null;
  readonly heads: number | null;
  readonly kvHeads: number | null;
  readonly headWidth: number | null;
  readonly intermediateSize: number | null;
  readonly vocabularySize: number | null;
  readonly tiedEmbeddings: boolean;
  readonly attentionBias: boolean;
  readonly headNorms: boolean;
  readonly slidingWindow: number | null;
  /** Multi-head latent attention (DeepSeek V2, V3, Kimi K2). */
  readonly latent: { readonly kvRank: number; readonly queryRank: number | null; readonly ropeWidth: number; readonly plainWidth: number; readonly valueWidth: number } | null;
  readonly experts: { readonly count: number; readonly perToken: number; readonly shared: number; readonly width: number; readonly denseLayers: number } | null;
  /** Layers beyond the others that only guess ahead (multi-token prediction). */
  readonly extraLayers: number;
  /** Asks for code of its own when loaded. */
  readonly autoMap: boolean;
}

export interface Quantisation {
  readonly method: string;
  readonly bits: number | null;
  /** The method is one we know how to read sizes of. */
  readonly known: boolean;
}

const MAX = 100_000_000;
const NESTED = ['text_config', 'llm_config', 'language_config'];
const METHODS: Readonly<Record<string, number | null>> = { fp8: 8, awq: 4, gptq: 4, 'compressed-tensors': null, bitsandbytes: null, mxfp4: 4, modelopt: null, fbgemm_fp8: 8, quark: null };
const DATA_TYPES: Readonly<Record<string, string>> = { bfloat16: 'BF16', float16: 'F16', half: 'F16', float32: 'F32', float: 'F32', float8_e4m3fn: 'FP8' };

/**
 * Reads a Hugging Face style `config.json`; a multimodal model's language part counts. Pure.
 * @throws ModelFileError `config-invalid` naming the first field that cannot be
 */
export function readModelConfig(document: unknown): ModelConfig {
  if (!isObject(document)) throw new ModelFileError('is not an object', 'config-invalid');
  const inner = NESTED.map((name) => document[name]).find(isObject);
  const field = new Fields(inner ? { ...document, ...inner } : document);
  const architecture = architectureOf(document, field);
  return {
    architecture, kind: kindOf(architecture ?? '', inner !== undefined), contextLength: contextOf(field), dataType: dataTypeOf(field), quantisation: quantisationOf(document, field),
    layers: field.count('num_hidden_layers', 'n_layer', 'num_layers'), hiddenSize: field.count('hidden_size', 'n_embd', 'd_model'), heads: field.count('num_attention_heads', 'n_head'),
    kvHeads: kvHeadsOf(field), headWidth: field.count('head_dim', 'kv_channels'),
    intermediateSize: field.count('intermediate_size', 'ffn_hidden_size', 'n_inner'), vocabularySize: field.count('vocab_size', 'padded_vocab_size'),
    tiedEmbeddings: field.flag('tie_word_embeddings'), attentionBias: field.flag('attention_bias') || /^qwen2/.test(field.text('model_type') ?? ''), headNorms: /^qwen3/.test(field.text('model_type') ?? ''),
    slidingWindow: field.raw('use_sliding_window') === false ? null : field.count('sliding_window'),
    latent: latentOf(field), experts: expertsOf(field), extraLayers: field.count('num_nextn_predict_layers') ?? 0, autoMap: isObject(document['auto_map']),
  };
}

function architectureOf(document: Readonly<Record<string, unknown>>, field: Fields): string | null {
  const names = document['architectures'];
  if (names !== undefined && names !== null && !Array.isArray(names)) throw new ModelFileError('architectures must be a list', 'config-invalid');
  const [first] = (names ?? []) as readonly unknown[];
  return typeof first === 'string' ? first.slice(0, 128) : field.text('model_type');
}

function kindOf(architecture: string, multimodal: boolean): ModelKind {
  if (/ForSequenceClassification$/.test(architecture)) return 'reranker';
  if (/Whisper|Speech|Audio|TTS/i.test(architecture)) return 'audio';
  if (multimodal || /VL|Vision|Llava|ForImageTextToText|InternVL/.test(architecture)) return 'vision';
  return /(^|[a-z])(Bert|BERT|Roberta|ROBERTA)|^(Bert|Roberta|XLMRoberta)|Model$|Embedding/.test(architecture) ? 'embedding' : 'llm';
}

/**
 * Positions after stretching, as vLLM derives them: YaRN counts from its original length; linear and dynamic scaling
 * multiply; llama3, longrope and mrope state the final length already.
 */
function contextOf(field: Fields): number | null {
  const length = field.count('max_position_embeddings', 'n_positions', 'max_seq_len', 'seq_length', 'max_sequence_length', 'model_max_length');
  const scaling = [field.raw('rope_scaling'), field.raw('rope_parameters')].find(isObject);
  if (length === null || !scaling) return length;
  const type = scaling['rope_type'] ?? scaling['type'];
  const factor = scaling['factor'];
  if (typeof factor !== 'number' || !(factor > 1 && factor <= 1024)) return length;
  const original = scaling['original_max_position_embeddings'];
  if (type === 'yarn' && typeof original === 'number' && original > 0) return bounded(original * factor, length);
  return type === 'linear' || type === 'dynamic' || type === 'yarn' ? bounded(length * factor, length) : length;
}

function bounded(value: number, otherwise: number): number {
  return Number.isFinite(value) && value <= MAX ? Math.round(value) : otherwise;
}

function dataTypeOf(field: Fields): string | null {
  const text = field.text('torch_dtype', 'dtype');
  return text === null ? null : (DATA_TYPES[text.replace(/^torch\./, '').toLowerCase()] ?? text.slice(0, 32).toUpperCase());
}

function quantisationOf(document: Readonly<Record<string, unknown>>, field: Fields): Quantisation | null {
  const found = document['quantization_config'] ?? field.raw('quantization_config') ?? document['compression_config'];
  if (found === undefined || found === null) return null;
  if (!isObject(found)) throw new ModelFileError('quantization_config must be an object', 'config-invalid');
  const named = found['quant_method'];
  const method = typeof named === 'string' && named !== '' ? named.toLowerCase().slice(0, 24) : 'unknown';
  return { method, bits: bitsOf(found) ?? METHODS[method] ?? null, known: method in METHODS };
}

/** Bits per weight where the methods write them: at the top, as a switch, or for the first group. */
function bitsOf(config: Readonly<Record<string, unknown>>): number | null {
  if (config['load_in_4bit'] === true || config['_load_in_4bit'] === true) return 4;
  if (config['load_in_8bit'] === true || config['_load_in_8bit'] === true) return 8;
  const groups = isObject(config['config_groups']) ? Object.values(config['config_groups']).find(isObject) : undefined;
  const weights = isObject(groups?.['weights']) ? groups['weights'] : undefined;
  const algorithm = typeof config['quant_algo'] === 'string' ? Number(/(4|8)/.exec(config['quant_algo'])?.[1]) : undefined;
  const bits = [config['bits'], config['w_bit'], weights?.['num_bits'], algorithm].find((value) => typeof value === 'number');
  return typeof bits === 'number' && Number.isInteger(bits) && bits >= 1 && bits <= 16 ? bits : null;
}

function kvHeadsOf(field: Fields): number | null {
  return field.count('num_kv_heads', 'num_key_value_heads', 'multi_query_group_num', 'n_head_kv');
}

function latentOf(field: Fields): ModelConfig['latent'] {
  const kvRank = field.count('kv_lora_rank');
  if (kvRank === null) return null;
  return {
    kvRank, queryRank: field.count('q_lora_rank'), ropeWidth: field.count('qk_rope_head_dim') ?? 0, plainWidth: field.count('qk_nope_head_dim') ?? 0, valueWidth: field.count('v_head_dim') ?? 0,
  };
}

function expertsOf(field: Fields): ModelConfig['experts'] {
  const count = field.count('n_routed_experts', 'num_experts', 'num_local_experts', 'moe_num_experts');
  const perToken = field.count('num_experts_per_tok', 'num_experts_per_token', 'experts_per_token', 'moe_top_k', 'moe_k');
  const width = field.count('moe_intermediate_size', 'expert_ffn_hidden_size', 'intermediate_size');
  if (count === null || perToken === null || width === null || count < 2 || perToken > count) return null;
  const only = field.raw('mlp_only_layers');
  return { count, perToken, width, shared: field.count('n_shared_experts') ?? 0, denseLayers: field.count('first_k_dense_replace') ?? (Array.isArray(only) ? only.length : 0) };
}

const countSchema = z.number().int().positive().max(MAX);

/** Fields of a document that may lie under several names. Zero and null mean "not said", as libraries write them. */
class Fields {
  constructor(private readonly document: Readonly<Record<string, unknown>>) {}

  raw(name: string): unknown {
    return Object.hasOwn(this.document, name) ? this.document[name] : undefined;
  }

  count(...names: readonly string[]): number | null {
    const name = names.find((one) => this.raw(one) !== undefined && this.raw(one) !== null && this.raw(one) !== 0);
    if (name === undefined) return null;
    const value = countSchema.safeParse(this.raw(name));
    if (!value.success) throw new ModelFileError(`${name} must be a whole number from 1 to ${MAX}`, 'config-invalid');
    return value.data;
  }

  text(...names: readonly string[]): string | null {
    const name = names.find((one) => this.raw(one) !== undefined && this.raw(one) !== null);
    if (name === undefined) return null;
    const value = this.raw(name);
    if (typeof value !== 'string' || value.length > 128) throw new ModelFileError(`${name} must be a short text`, 'config-invalid');
    return value === '' ? null : value;
  }

  flag(name: string): boolean {
    return this.raw(name) === true;
  }
}
