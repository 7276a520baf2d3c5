import type { NodePolicy } from './policy.schema.js';

/** Where the llama.cpp server that ships with OpenStation was found on this node. */
export interface PackagedEngine {
  readonly node: string;
  readonly server: string;
  readonly directory: string;
}

const TUNING_VARIABLES = [
  'GLOO_SOCKET_IFNAME', 'NCCL_DEBUG', 'NCCL_IB_DISABLE', 'NCCL_IB_HCA', 'NCCL_P2P_DISABLE', 'NCCL_SOCKET_IFNAME',
  'OMP_NUM_THREADS', 'SAFETENSORS_FAST_GPU', 'SGLANG_CPU_OMP_THREADS_BIND', 'SGLANG_HOST_IP', 'SGLANG_USE_CPU_ENGINE',
  'VLLM_CPU_KVCACHE_SPACE', 'VLLM_CPU_NUM_OF_RESERVED_CPU', 'VLLM_CPU_OMP_THREADS_BIND', 'VLLM_ENGINE_READY_TIMEOUT_S',
  'VLLM_HOST_IP', 'VLLM_LOGGING_LEVEL',
];

/** The policy of a node whose administrator wrote none: known engines, no host network, no code from models. */
export function defaultPolicy(packaged: PackagedEngine | undefined, arch: string): NodePolicy {
  const cpuTag = arch === 'arm64' ? 'arm64' : 'x86_64';
  const llama = packaged
    ? { process: { command: [packaged.node, packaged.server], readPaths: [packaged.directory], version: 'packaged' }, repositories: ['openstation/llama-cpp'] }
    : { repositories: ['openstation/llama-cpp'] };
  return {
    version: 1,
    engines: {
      'llama-cpp': llama,
      // Its images for CUDA are known to exist for amd64 only.
      ...(arch === 'arm64' ? {} : { 'llama-cpp-gpu': { image: 'ghcr.io/ggml-org/llama.cpp:server-cuda-b10573', repositories: ['ghcr.io/ggml-org/llama.cpp'] } }),
      vllm: { image: 'vllm/vllm-openai:v0.18.0', repositories: ['vllm/vllm-openai'] },
      'vllm-cpu': { image: `vllm/vllm-openai-cpu:v0.32.0-${cpuTag}`, repositories: ['vllm/vllm-openai-cpu'] },
      sglang: { image: 'lmsysorg/sglang:v0.5.18', repositories: ['lmsysorg/sglang'] },
    },
    envNames: TUNING_VARIABLES,
    portRange: [41000, 41999],
    maxInstances: 64,
    maxShmBytes: 64 * 1024 ** 3,
    requireDigest: false,
    distributed: false,
    privateNetwork: false,
    groupPortRange: [42000, 42999],
    trustRemoteCode: false,
    modelRoots: [],
  };
}
