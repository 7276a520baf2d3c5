import type { Engine } from './engine.js';

const MIB = 2 ** 20;

/** llama.cpp: GGUF files on CPUs. */
export const llamaCpp: Engine = {
  id: 'llama-cpp',
  name: 'llama.cpp',
  description: 'GGUF models on CPU servers',
  hardware: 'cpu',
  formats: ['gguf'],
  codeFlag: null,
  parameters: [
    { flag: '--ctx-size', type: 'integer', min: 128, max: 10_000_000, field: 'contextLength', description: 'Context length of one request, in tokens' },
    { flag: '--parallel', type: 'integer', min: 1, max: 1024, field: 'parallel', description: 'Requests served at the same time' },
    { flag: '--threads', type: 'integer', min: 1, max: 1024, description: 'CPU threads; as a rule the number of physical cores' },
  ],
  overheadBytes: () => 256 * MIB,
  argv: ({ contextLength, parallel, extraArgv }) => ['--ctx-size', String(contextLength), '--parallel', String(parallel), ...extraArgv],
  env: () => ({}),
};
