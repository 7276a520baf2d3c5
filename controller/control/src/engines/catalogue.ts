import type { Engine, EngineId, EngineView } from './engine.js';
import { knownParameters } from './known-parameters.js';
import { llamaCpp } from './llama-cpp.js';
import { llamaCppGpu } from './llama-cpp-gpu.js';
import { sglang } from './sglang.js';
import { vllm } from './vllm.js';
import { vllmCpu } from './vllm-cpu.js';

/** Every engine there is; a new one is a file and a line here. */
export const engines: readonly Engine[] = [llamaCpp, llamaCppGpu, vllm, vllmCpu, sglang];

/** @throws Error when there is none: for names that cannot be missing */
export function engineById(id: EngineId): Engine {
  const engine = findEngine(id);
  if (!engine) throw new Error(`no engine is called ${id}`);
  return engine;
}

/** @param custom engines of administrators */
export function findEngine(id: string, custom: readonly Engine[] = []): Engine | undefined {
  return [...engines, ...custom].find((one) => one.id === id);
}

/** @param running image or version whose choices are shown; empty: the shipped one */
export function engineView(engine: Engine, running = ''): EngineView {
  const { id, name, hardware, formats, description, parameters } = engine;
  const { flags } = knownParameters(engine, running);
  return {
    id, name, hardware, formats: [...formats], description,
    parameters: parameters.flatMap(({ flag, type, description: text }) => flags.filter((known) => known.flag === flag).map(({ choices = [] }) => ({ flag, type, choices: [...choices], description: text }))),
  };
}
