import type { Engine } from './engine.js';

const GIB = 2 ** 30;

/** SGLang on the cards of one node. */
export const sglang: Engine = {
  id: 'sglang',
  name: 'SGLang',
  description: 'Safetensors models on the cards of one GPU server',
  hardware: 'gpu',
  formats: ['safetensors'],
  flags: 'sglang',
  codeFlag: '--trust-remote-code',
  parameters: [
    { flag: '--context-length', type: 'integer', min: 128, max: 10_000_000, field: 'contextLength', description: 'Context length of one request, in tokens' },
    { flag: '--max-running-requests', type: 'integer', min: 1, max: 1024, field: 'parallel', description: 'Requests served at the same time' },
    { flag: '--mem-fraction-static', type: 'number', min: 0.1, max: 0.95, description: 'Share of each card’s memory for weights and KV cache' },
    { flag: '--max-total-tokens', type: 'integer', min: 128, max: 1e9, description: 'Tokens in the KV cache' },
    { flag: '--chunked-prefill-size', type: 'integer', min: 64, max: 1_048_576, description: 'Tokens of one prefill step' },
    { flag: '--dtype', type: 'choice', description: 'Type of the weights in memory' },
    { flag: '--kv-cache-dtype', type: 'choice', description: 'Type of the KV cache' },
    { flag: '--quantization', type: 'choice', description: 'Quantisation, when the model does not say it itself' },
    { flag: '--reasoning-parser', type: 'choice', description: 'How the model writes its thinking' },
    { flag: '--tool-call-parser', type: 'choice', description: 'How the model writes tool calls' },
    { flag: '--disable-cuda-graph', type: 'boolean', description: 'Start faster, answer slower' },
  ],
  overheadBytes: (weightsPerCard) => Math.max(1.5 * GIB, weightsPerCard * 0.1),
  argv: ({ contextLength, parallel, cards, nodes, extraArgv }) => [
    '--context-length', String(contextLength), '--max-running-requests', String(parallel), '--tp-size', String(cards * nodes),
    ...(extraArgv.includes('--mem-fraction-static') ? [] : ['--mem-fraction-static', '0.88']), '--enable-metrics', ...extraArgv,
  ],
  env: () => ({}),
};
