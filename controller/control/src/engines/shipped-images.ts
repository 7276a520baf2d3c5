import type { EngineId } from './engine.js';

/** The images that agents of this release use by themselves. llama.cpp's is built on the node, tagged with its content: it is in no registry. */
const IMAGES: Readonly<Record<string, (arch: string) => string>> = {
  'llama-cpp': () => 'openstation/llama-cpp',
  // CUDA 12; `server-cuda` alone is another build every day.
  'llama-cpp-gpu': () => 'ghcr.io/ggml-org/llama.cpp:server-cuda-b10573',
  vllm: () => 'vllm/vllm-openai:v0.18.0',
  // Not 0.18.0: there a call for JSON beside any other call ends the engine (it asks for page-locked memory, which only machines with cards have).
  'vllm-cpu': (arch) => `vllm/vllm-openai-cpu:v0.32.0-${arch === 'arm64' ? 'arm64' : 'x86_64'}`,
  sglang: () => 'lmsysorg/sglang:v0.5.18',
};

/** @param arch of the node, as Node.js names it. Undefined: an engine of an administrator's own. */
export function shippedImage(engine: EngineId, arch = 'x64'): string | undefined {
  return IMAGES[engine]?.(arch);
}
