import type { PlanCard, PlanModel } from './plan-types.js';

/** Compute capabilities by name, for cards whose driver does not tell (nvidia-smi before 510). Source: NVIDIA's list of CUDA GPUs. */
const BY_NAME: readonly (readonly [RegExp, number])[] = [
  [/\bB[23]00\b|\bGB[23]00\b/, 10], [/\bH(?:100|200|800|20)\b|\bGH200\b/, 9], [/\bL(?:4|20|40S?)\b|RTX (?:40\d0|[2-6]000 Ada)|\bAda\b/, 8.9], [/\bA(?:10|10G|16|40|2)\b|RTX (?:30\d0|A\d000)/, 8.6],
  [/\bA(?:100|30|800)\b/, 8], [/\bT4G?\b|RTX (?:20\d0|[568]000)\b|TITAN RTX/, 7.5], [/\bV100S?\b|TITAN V/, 7], [/\bP(?:100|40|4)\b|GTX 10\d0/, 6],
];

/** 8.6 for "8.6" or an A40; undefined when nobody knows. */
export function capabilityOf({ computeCapability, name }: Pick<PlanCard, 'computeCapability' | 'name'>): number | undefined {
  const told = Number(computeCapability);
  if (computeCapability !== null && Number.isFinite(told) && told > 0) return told;
  return BY_NAME.find(([pattern]) => pattern.test(name))?.[1];
}

/** The oldest cards an engine still runs on. llama.cpp: what its builds for CUDA 12 are compiled for. */
export const OLDEST_CAPABILITY = { vllm: 7, sglang: 7.5, 'llama-cpp-gpu': 5 } as const;
const BFLOAT16 = 8;
const FP8_WEIGHTS = 8;
const FP8_NATIVE = 8.9;

export type DataTypeVerdict =
  | { readonly kind: 'as-stored' }
  /** bfloat16 weights computed in half precision: the only way on cards before Ampere. */
  | { readonly kind: 'half' }
  /** FP8 weights unpacked to 16 bit for computing: right, but not faster. */
  | { readonly kind: 'fp8-weights-only' }
  | { readonly kind: 'refused'; readonly code: 'fp8' | 'card-too-old'; readonly needs: number };

/** What a card makes of the data type of a model. */
export function dataTypeOn(capability: number | undefined, model: Pick<PlanModel, 'format' | 'dataType' | 'quantisation'>, oldest: number): DataTypeVerdict {
  if (capability === undefined) return { kind: 'as-stored' };
  if (capability < oldest) return { kind: 'refused', code: 'card-too-old', needs: oldest };
  // Blocks of GGUF are unpacked to what the card computes with.
  if (model.format === 'gguf') return { kind: 'as-stored' };
  const fp8 = model.quantisation === 'fp8' || /^(F8|FP8)/i.test(model.dataType ?? '');
  if (fp8 && capability < FP8_WEIGHTS) return { kind: 'refused', code: 'fp8', needs: FP8_WEIGHTS };
  if (fp8 && capability < FP8_NATIVE) return { kind: 'fp8-weights-only' };
  if (capability < BFLOAT16 && /^BF16|BFLOAT16/i.test(model.dataType ?? 'BF16')) return { kind: 'half' };
  return { kind: 'as-stored' };
}
