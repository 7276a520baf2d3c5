import type { Engine, Model } from '../api';
import type { EngineId, Mode } from './deploy/deploy-draft';

const names: Readonly<Record<string, string>> = {
  'llama-cpp': 'llama.cpp', 'llama-cpp-gpu': 'llama.cpp(GPU)', vllm: 'vLLM(GPU)', 'vllm-cpu': 'vLLM(CPU-only)', sglang: 'SGLang(GPU)',
};

/** The guide's label of an engine; proper names, the same in every language. One of an administrator's own goes by its id. */
export function engineName(engine: EngineId): string {
  return names[engine] ?? engine.replace(/^custom-/, '');
}

/** The same where the engine itself is at hand: one of an administrator's own has a name. */
export function engineLabel({ id, name }: Pick<Engine, 'id' | 'name'>): string {
  return names[id] ?? name;
}

export interface EngineOption {
  readonly engine: Engine;
  /** Why it cannot be chosen, as a word of the translation files; null when it can. */
  readonly blocked: 'format' | 'hardware' | 'distributed' | null;
}

/** Engines for the advanced settings; those that cannot take the model or the chosen mode stay visible with the reason. */
export function engineOptions(engines: readonly Engine[], model: Model | null, mode: Mode | null): readonly EngineOption[] {
  return engines.map((engine) => ({ engine, blocked: blockOf(engine, model, mode) }));
}

function blockOf(engine: Engine, model: Model | null, mode: Mode | null): EngineOption['blocked'] {
  if (model && !engine.formats.includes(model.format)) return 'format';
  if (mode === 'distributed' && engine.id !== 'vllm') return 'distributed';
  if (mode === 'single' && engine.hardware !== 'gpu') return 'hardware';
  if (mode === 'cpu' && engine.hardware !== 'cpu') return 'hardware';
  return null;
}
