import { describe, expect, it } from 'vitest';
import { engineById, readParameters } from '../engines/index.js';
import { suggestParameters } from './suggest-parameters.js';

const suggested = (engine: 'vllm' | 'sglang' | 'llama-cpp', modelName: string, parameters = '', ok: Record<string, boolean | null> = {}) =>
  suggestParameters({ engine, modelName, parameters, results: (['reasoning', 'tools'] as const).map((feature) => ({ feature, ok: ok[feature] ?? null, detail: '' })) }).map((one) => one.parameters);

describe('missing parsers', () => {
  it.each([
    ['vllm', 'DeepSeek-R1-Distill-Qwen-7B', ['--reasoning-parser deepseek_r1']],
    ['vllm', 'DeepSeek-R1-0528', ['--reasoning-parser deepseek_r1', '--enable-auto-tool-choice --tool-call-parser deepseek_v3']],
    ['sglang', 'Qwen3-8B', ['--reasoning-parser qwen3', '--tool-call-parser qwen25']],
    ['vllm', 'Qwen3-Coder-30B-A3B', ['--enable-auto-tool-choice --tool-call-parser qwen3_coder']],
    ['vllm', 'Qwen3-Embedding-0.6B', []],
    ['vllm', 'unheard-of', []],
    ['llama-cpp', 'Qwen3-8B', []],
  ] as const)('%s %s', (engine, name, flags) => {
    const found = suggested(engine, name);
    expect(found).toEqual(flags);
    for (const text of found) expect(() => readParameters(engineById(engine), text)).not.toThrow();
  });

  it('says nothing of what is there or was seen to work', () => {
    expect(suggested('vllm', 'Qwen3-8B', '--reasoning-parser qwen3 --enable-auto-tool-choice --tool-call-parser=hermes')).toEqual([]);
    expect(suggested('vllm', 'Qwen3-8B', '', { reasoning: true, tools: true })).toEqual([]);
    expect(suggested('vllm', 'Qwen3-8B', '--enable-auto-tool-choice', { reasoning: true })).toEqual(['--tool-call-parser hermes']);
  });
});
