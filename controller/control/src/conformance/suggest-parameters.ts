import type { ConformanceView } from './conformance-results.js';

interface Tried {
  readonly engine: string;
  readonly modelName: string;
  readonly parameters: string;
  readonly results: ConformanceView['results'];
}

interface Family {
  readonly name: RegExp;
  /** Parser names; absent: the family does not do it. */
  readonly reasoning?: readonly [vllm: string, sglang: string];
  readonly tools?: readonly [vllm: string, sglang: string];
}

/** Which parsers read which family, the more special name first; after the engines' own tables and recipes. */
const FAMILIES: readonly Family[] = [
  { name: /deepseek.*r1.*distill|qwq/i, reasoning: ['deepseek_r1', 'deepseek-r1'] },
  { name: /deepseek.*r1/i, reasoning: ['deepseek_r1', 'deepseek-r1'], tools: ['deepseek_v3', 'deepseekv3'] },
  { name: /deepseek.*v3[.-]?1/i, reasoning: ['deepseek_v3', 'deepseek-v3'], tools: ['deepseek_v31', 'deepseekv31'] },
  { name: /deepseek.*v3/i, tools: ['deepseek_v3', 'deepseekv3'] },
  { name: /qwen3.*coder/i, tools: ['qwen3_coder', 'qwen3_coder'] },
  { name: /qwen3.*(embedding|rerank)/i },
  { name: /qwen3/i, reasoning: ['qwen3', 'qwen3'], tools: ['hermes', 'qwen25'] },
  { name: /qwen2\.?5/i, tools: ['hermes', 'qwen25'] },
  { name: /llama-?3/i, tools: ['llama3_json', 'llama3'] },
  { name: /gpt-oss/i, reasoning: ['openai_gptoss', 'gpt-oss'], tools: ['openai', 'gpt-oss'] },
  { name: /glm-?4\.[56]/i, reasoning: ['glm45', 'glm45'], tools: ['glm45', 'glm45'] },
  { name: /kimi-?k2/i, tools: ['kimi_k2', 'kimi_k2'] },
];

/** Flags that are missing for what the model can do, after what was seen of it. llama.cpp finds its parsers itself. Pure. */
export function suggestParameters({ engine, modelName, parameters, results }: Tried): ConformanceView['suggestions'] {
  const at = engine === 'sglang' ? 1 : engine === 'vllm' || engine === 'vllm-cpu' ? 0 : undefined;
  const family = FAMILIES.find(({ name }) => name.test(modelName));
  if (at === undefined || !family) return [];
  const seen = (feature: ConformanceView['results'][number]['feature']) => results.find((one) => one.feature === feature)?.ok;
  const has = (flag: string) => new RegExp(`(^|\\s)${flag}([=\\s]|$)`).test(parameters);
  const suggestions: { parameters: string; message: string }[] = [];
  if (family.reasoning && seen('reasoning') !== true && !has('--reasoning-parser')) {
    suggestions.push({ parameters: `--reasoning-parser ${family.reasoning[at]}`, message: `${modelName} thinks before it answers: with this parser the thinking comes in a field of its own` });
  }
  if (family.tools && seen('tools') !== true && !has('--tool-call-parser')) {
    const automatic = at === 0 && !has('--enable-auto-tool-choice') ? '--enable-auto-tool-choice ' : '';
    suggestions.push({ parameters: `${automatic}--tool-call-parser ${family.tools[at]}`, message: `${modelName} can call tools: without a parser its calls stand in the text` });
  }
  return suggestions;
}
