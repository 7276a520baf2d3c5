import type { Engine } from './engine.js';

const GIB = 2 ** 30;
const CACHE_TYPES = ['f16', 'bf16', 'q8_0', 'q4_0'] as const;
/** More than any model has: releases before the word `all` take a number only. */
const ALL_LAYERS = '999';

/**
 * llama.cpp's own server on the cards of one node: all layers on them, over several cards in equal parts of whole layers.
 * Flags of `ggml-org/llama.cpp` b10573. Its `--ctx-size` is of all slots together, unlike that of the server we package.
 */
export const llamaCppGpu: Engine = {
  id: 'llama-cpp-gpu',
  name: 'llama.cpp (GPU)',
  description: 'GGUF models on the cards of one GPU server',
  hardware: 'gpu',
  formats: ['gguf'],
  codeFlag: null,
  parameters: [
    { flag: '--ctx-size', aliases: ['-c'], type: 'integer', min: 128, max: 10_000_000, field: 'contextLength', description: 'Context length of one request, in tokens' },
    { flag: '--parallel', aliases: ['-np'], type: 'integer', min: 1, max: 1024, field: 'parallel', description: 'Requests served at the same time' },
    { flag: '--batch-size', aliases: ['-b'], type: 'integer', min: 32, max: 65_536, description: 'Tokens of one step, as requests see it' },
    { flag: '--ubatch-size', aliases: ['-ub'], type: 'integer', min: 32, max: 8192, description: 'Tokens of one step on the cards' },
    { flag: '--flash-attn', aliases: ['-fa'], type: 'choice', choices: ['on', 'off', 'auto'], description: 'Flash attention' },
    { flag: '--cache-type-k', aliases: ['-ctk'], type: 'choice', choices: CACHE_TYPES, description: 'Type of the keys in the KV cache' },
    { flag: '--cache-type-v', aliases: ['-ctv'], type: 'choice', choices: CACHE_TYPES, description: 'Type of the values in the KV cache; other than 16 bit needs flash attention' },
    { flag: '--reasoning-format', type: 'choice', choices: ['none', 'deepseek'], description: 'Where thinking stands in the answer' },
    { flag: '--reasoning-budget', type: 'integer', min: -1, max: 1_000_000, description: 'Tokens of thinking; -1: any number, 0: none' },
    { flag: '--embeddings', aliases: ['--embedding'], type: 'boolean', description: 'Embeddings only, for models made for them' },
    { flag: '--threads', aliases: ['-t'], type: 'integer', min: 1, max: 1024, description: 'CPU threads' },
  ],
  // Context and library buffers of CUDA; llama.cpp itself leaves as much of every device free (--fit-target).
  overheadBytes: () => GIB,
  argv: ({ contextLength, parallel, cards, extraArgv }) => [
    '--ctx-size', String(contextLength * parallel), '--parallel', String(parallel), '--n-gpu-layers', ALL_LAYERS,
    ...(cards > 1 ? ['--split-mode', 'layer', '--tensor-split', Array<number>(cards).fill(1).join(',')] : []),
    ...extraArgv,
  ],
  env: () => ({}),
};
