import { idleExpertParameters } from './config-parameters.js';
import type { ModelConfig } from './model-config.js';
import type { Tensor } from './safetensors.js';

/** Companions of packed weights: scales, zero points, maps. They are no parameters. */
const COMPANION = /(\.|_)(scales?|scale_inv|weight_scale(_inv|_2)?|input_scale|output_scale|qzeros|g_idx|zero_point|weight_zero_point|weight_shape|absmax|quant_map|nested_absmax|nested_quant_map)$|\.quant_state\./;
/** Several weights in one stored number. */
const PACKED = /\.(qweight|weight_packed)$|_blocks$/;
const WIDTH: Readonly<Record<string, number>> = { U8: 8, I8: 8, I32: 32, U32: 32, I64: 64 };

export interface ParameterCount {
  readonly parameterCount: number;
  readonly activeParameterCount: number | null;
}

/** Parameters of a model from what its files hold: packed weights count by their bits, layers that only guess ahead do not count. Pure. */
export function countParameters(tensors: Iterable<Tensor>, config: ModelConfig | null): ParameterCount {
  let parameterCount = 0;
  for (const tensor of tensors) if (!isExtra(tensor.name, config)) parameterCount += weightsIn(tensor, config);
  const idle = config && idleExpertParameters(config);
  const active = idle === null ? null : parameterCount - idle;
  return { parameterCount, activeParameterCount: active !== null && active > 0 ? active : null };
}

function weightsIn({ name, dtype, elements }: Tensor, config: ModelConfig | null): number {
  const quantisation = config?.quantisation;
  if (!quantisation) return elements;
  if (COMPANION.test(name)) return 0;
  const packed = PACKED.test(name) || (quantisation.method === 'bitsandbytes' && dtype === 'U8');
  const bits = quantisation.bits ?? 4;
  return packed ? Math.round((elements * (WIDTH[dtype] ?? bits)) / bits) : elements;
}

/** DeepSeek’s extra layers for multi-token prediction follow the last real one. */
function isExtra(name: string, config: ModelConfig | null): boolean {
  if (!config || config.extraLayers === 0 || config.layers === null) return false;
  const layer = /^model\.layers\.(\d{1,6})\./.exec(name)?.[1];
  return layer !== undefined && Number(layer) >= config.layers;
}
