import { describe, expect, it } from 'vitest';
import { countParameters } from './count-parameters.js';
import { parametersOfConfig, shapeOfConfig } from './config-parameters.js';
import { readModelConfig } from './model-config.js';

const qwen = (type: string, layers: number, h: number, heads: number, kv: number, inner: number, v: number, tied: boolean, more = {}) => ({
  architectures: [`${type === 'qwen2' ? 'Qwen2' : 'Qwen3'}ForCausalLM`], model_type: type, num_hidden_layers: layers, hidden_size: h, num_attention_heads: heads,
  num_key_value_heads: kv, intermediate_size: inner, vocab_size: v, tie_word_embeddings: tied, torch_dtype: 'bfloat16', ...more,
});
const llama = (layers: number, h: number, heads: number, inner: number) => ({ ...qwen('llama', layers, h, heads, 8, inner, 128_256, false), architectures: ['LlamaForCausalLM'] });
const DEEPSEEK = {
  architectures: ['DeepseekV3ForCausalLM'], model_type: 'deepseek_v3', num_hidden_layers: 61, hidden_size: 7168, num_attention_heads: 128, num_key_value_heads: 128, intermediate_size: 18_432,
  moe_intermediate_size: 2048, n_routed_experts: 256, n_shared_experts: 1, num_experts_per_tok: 8, first_k_dense_replace: 3, q_lora_rank: 1536, kv_lora_rank: 512, qk_nope_head_dim: 128,
  qk_rope_head_dim: 64, v_head_dim: 128, vocab_size: 129_280, num_nextn_predict_layers: 1, max_position_embeddings: 163_840, torch_dtype: 'bfloat16', auto_map: { AutoConfig: 'configuration_deepseek.X' },
  rope_scaling: { type: 'yarn', factor: 40, original_max_position_embeddings: 4096 }, quantization_config: { quant_method: 'fp8', fmt: 'e4m3', weight_block_size: [128, 128] },
};

describe('config.json', () => {
  it.each([
    ['R1-Distill-Qwen-1.5B', qwen('qwen2', 28, 1536, 12, 2, 8960, 151_936, false), 1_777_088_000, 28_672],
    ['R1-Distill-Qwen-7B', qwen('qwen2', 28, 3584, 28, 4, 18_944, 152_064, false), 7_615_616_512, 57_344],
    ['R1-Distill-Llama-8B', llama(32, 4096, 32, 14_336), 8_030_261_248, 131_072],
    ['R1-Distill-Qwen-14B', qwen('qwen2', 48, 5120, 40, 8, 13_824, 152_064, false), 14_770_033_664, 196_608],
    ['R1-Distill-Qwen-32B', qwen('qwen2', 64, 5120, 40, 8, 27_648, 152_064, false), 32_763_876_352, 262_144],
    ['R1-Distill-Llama-70B', llama(80, 8192, 64, 28_672), 70_553_706_496, 327_680],
    ['Qwen3-8B', qwen('qwen3', 36, 4096, 32, 8, 12_288, 151_936, false, { head_dim: 128 }), 8_190_735_360, 147_456],
    ['DeepSeek-R1', DEEPSEEK, 671_026_419_200, 70_272],
    ['Qwen3-0.6B', qwen('qwen3', 28, 1024, 16, 8, 3072, 151_936, true, { head_dim: 128 }), 596_049_920, 114_688],
    ['Qwen3-4B', qwen('qwen3', 36, 2560, 32, 8, 9728, 151_936, true, { head_dim: 128 }), 4_022_468_096, 147_456],
    ['Qwen3-32B', qwen('qwen3', 64, 5120, 64, 8, 25_600, 151_936, false, { head_dim: 128 }), 32_762_123_264, 262_144],
    ['Qwen2.5-0.5B', qwen('qwen2', 24, 896, 14, 2, 4864, 151_936, true), 494_032_768, 12_288],
  ])('of %s gives its published count and cache per token', (_, document, total, kvBytes) => {
    const config = readModelConfig(document);
    expect(parametersOfConfig(config)?.total).toBe(total);
    const shape = shapeOfConfig(config);
    if (!shape) throw new Error('no shape');
    expect(shape.layers * (shape.latentWidth ?? shape.kvHeads * (shape.keyLength + shape.valueLength)) * 2).toBe(kvBytes);
  });

  it('of a mixture tells what a token uses', () => {
    const config = readModelConfig(DEEPSEEK);
    expect(config).toMatchObject({ contextLength: 163_840, quantisation: { method: 'fp8', bits: 8, known: true }, experts: { count: 256, perToken: 8, shared: 1, width: 2048, denseLayers: 3 }, extraLayers: 1, autoMap: true });
    expect(Math.round((parametersOfConfig(config)?.active ?? 0) / 1e7) / 100).toBe(37.55);
    const qwen3moe = readModelConfig({ ...qwen('qwen3_moe', 48, 2048, 32, 4, 6144, 151_936, false), head_dim: 128, num_experts: 128, num_experts_per_tok: 8, moe_intermediate_size: 768 });
    expect(Math.round((parametersOfConfig(qwen3moe)?.total ?? 0) / 1e8)).toBe(305);
    expect(Math.round((parametersOfConfig(qwen3moe)?.active ?? 0) / 1e8)).toBe(34);
  });

  it.each([
    ['none', {}, 4096], ['yarn from its original', { rope_scaling: { type: 'yarn', factor: 4, original_max_position_embeddings: 4096 } }, 16_384],
    ['linear', { rope_scaling: { rope_type: 'linear', factor: 2 } }, 8192], ['llama3, which is in the length already', { rope_scaling: { rope_type: 'llama3', factor: 8, original_max_position_embeddings: 8192 } }, 4096],
    ['the newer name', { rope_parameters: { rope_type: 'dynamic', factor: 2 } }, 8192], ['an absurd factor', { rope_scaling: { type: 'linear', factor: 1e300 } }, 4096], ['a factor of text', { rope_scaling: { type: 'linear', factor: '4' } }, 4096],
  ])('stretches positions: %s', (_, more, context) => expect(readModelConfig({ max_position_embeddings: 4096, ...more }).contextLength).toBe(context));

  it.each([
    ['awq', { quant_method: 'awq', bits: 4, group_size: 128 }, { method: 'awq', bits: 4, known: true }],
    ['gptq 8-bit', { quant_method: 'gptq', bits: 8 }, { method: 'gptq', bits: 8, known: true }],
    ['compressed tensors', { quant_method: 'compressed-tensors', config_groups: { group_0: { weights: { num_bits: 4, type: 'int' } } } }, { method: 'compressed-tensors', bits: 4, known: true }],
    ['bitsandbytes', { quant_method: 'bitsandbytes', load_in_4bit: true }, { method: 'bitsandbytes', bits: 4, known: true }],
    ['modelopt', { quant_method: 'modelopt', quant_algo: 'NVFP4' }, { method: 'modelopt', bits: 4, known: true }],
    ['mxfp4', { quant_method: 'mxfp4' }, { method: 'mxfp4', bits: 4, known: true }],
    ['something new', { quant_method: 'hqq-next' }, { method: 'hqq-next', bits: null, known: false }],
    ['nothing named', {}, { method: 'unknown', bits: null, known: false }],
  ])('tells the quantisation: %s', (_, quantization_config, expected) => expect(readModelConfig({ quantization_config }).quantisation).toEqual(expected));

  it.each([
    ['BertModel', {}, 'embedding'], ['XLMRobertaModel', {}, 'embedding'], ['XLMRobertaForSequenceClassification', {}, 'reranker'], ['Qwen2ForCausalLM', {}, 'llm'], ['Qwen3ForSequenceClassification', {}, 'reranker'],
    ['Qwen2_5_VLForConditionalGeneration', {}, 'vision'], ['WhisperForConditionalGeneration', {}, 'audio'], ['Mistral3ForConditionalGeneration', { text_config: { num_hidden_layers: 4 } }, 'vision'],
  ])('tells what %s is for', (architecture, more, kind) => expect(readModelConfig({ architectures: [architecture], ...more }).kind).toBe(kind));

  it('takes the numbers of the language part of a multimodal model', () => {
    expect(readModelConfig({ architectures: ['X'], torch_dtype: 'bfloat16', text_config: { num_hidden_layers: 7, hidden_size: 64, num_attention_heads: 4 } })).toMatchObject({ layers: 7, dataType: 'BF16' });
  });

  it('counts packed weights by their bits, and neither scales nor layers that guess ahead', () => {
    const tensor = (name: string, dtype: string, elements: number) => ({ name, dtype, elements });
    const count = (document: object, ...tensors: ReturnType<typeof tensor>[]) => countParameters(tensors, readModelConfig(document)).parameterCount;
    expect(count({ quantization_config: { quant_method: 'awq', bits: 4 } }, tensor('a.qweight', 'I32', 100), tensor('a.scales', 'F16', 9), tensor('a.qzeros', 'I32', 9), tensor('norm.weight', 'F16', 5))).toBe(805);
    expect(count({ quantization_config: { quant_method: 'fp8' } }, tensor('a.weight', 'F8_E4M3', 100), tensor('a.weight_scale_inv', 'F32', 1))).toBe(100);
    expect(count({ quantization_config: { quant_method: 'mxfp4' } }, tensor('a_blocks', 'U8', 100), tensor('a_scales', 'U8', 10))).toBe(200);
    expect(count({ num_hidden_layers: 2, num_nextn_predict_layers: 1 }, tensor('model.layers.1.x', 'BF16', 10), tensor('model.layers.2.x', 'BF16', 10))).toBe(10);
    expect(count({}, tensor('x.scales', 'F16', 7))).toBe(7);
  });
});
