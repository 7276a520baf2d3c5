import type { Engine } from './engine.js';
import { vllmParameters } from './vllm.js';

const GIB = 2 ** 30;

/** vLLM's CPU backend. Float16 is unstable there, and its memory check must not ask for nearly all of the RAM. */
export const vllmCpu: Engine = {
  id: 'vllm-cpu',
  name: 'vLLM (CPU)',
  description: 'Safetensors models on CPU servers',
  hardware: 'cpu',
  formats: ['safetensors'],
  flags: 'vllm',
  codeFlag: '--trust-remote-code',
  parameters: vllmParameters,
  overheadBytes: () => 3 * GIB,
  argv: ({ contextLength, parallel, extraArgv }) => [
    '--max-model-len', String(contextLength), '--max-num-seqs', String(parallel),
    ...(extraArgv.includes('--dtype') ? [] : ['--dtype', 'bfloat16']),
    '--gpu-memory-utilization', '0.5',
    ...extraArgv,
  ],
  env: ({ kvCacheBytes }) => ({
    VLLM_CPU_KVCACHE_SPACE: String(Math.max(1, Math.ceil(kvCacheBytes / GIB))),
    VLLM_CPU_OMP_THREADS_BIND: 'auto',
  }),
};
