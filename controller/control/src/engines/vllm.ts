import type { Engine, EngineParameter } from './engine.js';

const GIB = 2 ** 30;
/** Passed always: the default changed between versions (0.9, later 0.92). */
export const GPU_MEMORY_UTILISATION = 0.9;

export const vllmParameters: readonly EngineParameter[] = [
  { flag: '--max-model-len', type: 'integer', min: 128, max: 10_000_000, field: 'contextLength', description: 'Context length of one request, in tokens' },
  { flag: '--max-num-seqs', type: 'integer', min: 1, max: 1024, field: 'parallel', description: 'Requests served at the same time' },
  { flag: '--max-num-batched-tokens', type: 'integer', min: 64, max: 1_048_576, description: 'Tokens of one engine step' },
  { flag: '--dtype', type: 'choice', description: 'Type of the weights in memory' },
  { flag: '--kv-cache-dtype', type: 'choice', description: 'Type of the KV cache' },
  { flag: '--quantization', type: 'choice', description: 'Quantisation, when the model does not say it itself' },
  { flag: '--enforce-eager', type: 'boolean', description: 'Start faster, answer slower: no compiled graphs' },
  { flag: '--enable-prefix-caching', type: 'boolean', description: 'Reuse the cache of equal beginnings' },
  { flag: '--enable-auto-tool-choice', type: 'boolean', description: 'Tool calls' },
  { flag: '--tool-call-parser', type: 'choice', description: 'How the model writes tool calls' },
  { flag: '--reasoning-parser', type: 'choice', description: 'How the model writes its thinking' },
  { flag: '--seed', type: 'integer', min: 0, max: 2 ** 31 - 1, description: 'Seed of the sampler' },
];

/** vLLM on NVIDIA cards: one node, or several with the engine's own multi-node executor. */
export const vllm: Engine = {
  id: 'vllm',
  name: 'vLLM',
  description: 'Safetensors models on GPU servers, also across several servers',
  hardware: 'gpu',
  formats: ['safetensors'],
  flags: 'vllm',
  codeFlag: '--trust-remote-code',
  parameters: [
    ...vllmParameters,
    { flag: '--gpu-memory-utilization', type: 'number', min: 0.1, max: 0.98, description: 'Share of each card’s memory the engine takes' },
  ],
  overheadBytes: (weightsPerCard) => Math.max(1.5 * GIB, weightsPerCard * 0.1),
  argv: ({ contextLength, parallel, cards, nodes, extraArgv }) => [
    '--max-model-len', String(contextLength), '--max-num-seqs', String(parallel),
    '--tensor-parallel-size', String(cards), '--pipeline-parallel-size', String(nodes),
    ...(extraArgv.includes('--gpu-memory-utilization') ? [] : ['--gpu-memory-utilization', String(GPU_MEMORY_UTILISATION)]),
    ...extraArgv,
  ],
  env: () => ({}),
};
