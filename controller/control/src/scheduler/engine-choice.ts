import { engineById, engines, type Engine } from '../engines/index.js';
import type { Mode, PlanModel, PlanNode, PlanNote, PlanRequest } from './plan-types.js';

export interface Choice {
  readonly engine: Engine | undefined;
  readonly mode: Mode;
  readonly notes: readonly PlanNote[];
}

/**
 * Engine and mode as the product guide has it: GGUF → llama.cpp; safetensors → one CPU node vLLM (CPU), one GPU
 * node SGLang, two or more GPU nodes vLLM across them. An engine or mode asked for is kept where it can work.
 */
export function chooseEngine(request: PlanRequest, model: PlanModel, nodes: readonly PlanNode[]): Choice {
  const candidates = nodes.filter((node) => request.nodeIds.length === 0 || request.nodeIds.includes(node.id));
  const mode = request.mode ?? modeOf(request, model, candidates);
  const wanted = request.engine ? [engineById(request.engine)] : preferred(mode, model, request).map(engineById);
  const engine = wanted.find((one) => candidates.some((node) => node.engines.includes(one.id))) ?? wanted[0];
  const notes = engine ? mismatches(engine, mode, model) : [];
  return { engine, mode, notes };
}

function modeOf({ nodeIds, engine }: PlanRequest, model: PlanModel, candidates: readonly PlanNode[]): Mode {
  if (engine) return engineById(engine).hardware === 'cpu' ? 'cpu' : nodeIds.length > 1 && engine === 'vllm' ? 'distributed' : 'single';
  if (model.format === 'gguf') return 'cpu';
  const withCards = candidates.filter((node) => node.cards.length > 0);
  if (nodeIds.length > 1 && withCards.length === candidates.length) return 'distributed';
  const servable = withCards.some((node) => node.engines.some((id) => id === 'sglang' || id === 'vllm'));
  return servable || (withCards.length > 0 && nodeIds.length === 1) ? 'single' : 'cpu';
}

function preferred(mode: Mode, { format }: PlanModel, { nodeIds }: PlanRequest): ('llama-cpp' | 'vllm' | 'vllm-cpu' | 'sglang')[] {
  if (format === 'gguf') return ['llama-cpp'];
  if (mode === 'cpu') return ['vllm-cpu'];
  return mode === 'distributed' || nodeIds.length > 1 ? ['vllm'] : ['sglang', 'vllm'];
}

function mismatches(engine: Engine, mode: Mode, model: PlanModel): PlanNote[] {
  const notes: PlanNote[] = [];
  if (!engine.formats.includes(model.format)) {
    const able = engines.filter((one) => one.formats.includes(model.format)).map((one) => one.name).join(', ');
    notes.push({ level: 'error', code: 'engine-format', field: 'engine', message: `${engine.name} does not load ${model.format} files; choose ${able}` });
  }
  if ((mode === 'cpu') !== (engine.hardware === 'cpu')) {
    notes.push({ level: 'error', code: 'engine-hardware', field: 'mode', message: `${engine.name} runs on ${engine.hardware === 'cpu' ? 'CPUs' : 'GPU cards'}, which mode "${mode}" does not use` });
  }
  if (mode === 'distributed' && engine.id !== 'vllm') {
    notes.push({ level: 'error', code: 'engine-distributed', field: 'engine', message: 'only vLLM runs one instance across several nodes' });
  }
  return notes;
}
