import { engines, findEngine, type Engine } from '../engines/index.js';
import { OLDEST_CAPABILITY, capabilityOf } from './compute-capability.js';
import type { Mode, PlanModel, PlanNode, PlanNote, PlanRequest } from './plan-types.js';

/** Engines with a multi-node runtime of their own. */
const DISTRIBUTED: readonly string[] = ['vllm', 'sglang'];

export function spansNodes({ id }: Pick<Engine, 'id'>): boolean {
  return DISTRIBUTED.includes(id);
}

export interface Choice {
  readonly engine: Engine | undefined;
  readonly mode: Mode;
  readonly notes: readonly PlanNote[];
}

/**
 * Engine and mode as the product guide has it: GGUF → llama.cpp, on cards where those or their mode were asked for;
 * safetensors → one CPU node vLLM (CPU), one GPU node SGLang, two or more GPU nodes vLLM across them. An engine or mode
 * asked for is kept where it can work.
 */
export function chooseEngine(request: PlanRequest, model: PlanModel, nodes: readonly PlanNode[]): Choice {
  const named = new Set([...request.nodeIds, ...(request.cards ?? []).map(({ nodeId }) => nodeId)]);
  const candidates = named.size === 0 ? nodes : nodes.filter(({ id }) => named.has(id));
  const asked = request.engine === undefined ? undefined : findEngine(request.engine, nodes[0]?.customEngines);
  const mode = request.mode ?? modeOf(request, asked, model, candidates);
  if (request.engine !== undefined && !asked) return { engine: undefined, mode, notes: [unknownEngine(request.engine, nodes)] };
  const wanted = asked ? [asked] : preferred(mode, model, candidates).flatMap((id) => findEngine(id) ?? []);
  const engine = wanted.find((one) => candidates.some((node) => node.engines.includes(one.id))) ?? wanted[0];
  const notes = engine ? mismatches(engine, mode, model) : [];
  return { engine, mode, notes };
}

function unknownEngine(id: string, nodes: readonly PlanNode[]): PlanNote {
  const known = [...engines, ...(nodes[0]?.customEngines ?? [])].map((one) => one.id).join(', ');
  return { level: 'error', code: 'engine-unknown', field: 'engine', message: `no engine is called ${id}; there are ${known}` };
}

function modeOf({ nodeIds, cards = [] }: PlanRequest, engine: Engine | undefined, model: PlanModel, candidates: readonly PlanNode[]): Mode {
  const several = nodeIds.length > 1 || cards.length > 1;
  if (engine) return engine.hardware === 'cpu' ? 'cpu' : several && spansNodes(engine) ? 'distributed' : 'single';
  if (model.format === 'gguf') return cards.length > 0 ? 'single' : 'cpu';
  const withCards = candidates.filter((node) => node.cards.length > 0);
  if (several && withCards.length === candidates.length) return 'distributed';
  const servable = withCards.some((node) => node.engines.some((id) => id === 'sglang' || id === 'vllm'));
  return servable || (withCards.length > 0 && (nodeIds.length === 1 || cards.length === 1)) ? 'single' : 'cpu';
}

/** SGLang for the cards of one node; cards too old for it get vLLM. */
function preferred(mode: Mode, { format }: PlanModel, candidates: readonly PlanNode[]): ('llama-cpp' | 'llama-cpp-gpu' | 'vllm' | 'vllm-cpu' | 'sglang')[] {
  if (format === 'gguf') return mode === 'cpu' ? ['llama-cpp'] : ['llama-cpp-gpu'];
  if (mode === 'cpu') return ['vllm-cpu'];
  if (mode === 'distributed') return ['vllm'];
  const known = candidates.flatMap(({ cards }) => cards.flatMap((card) => capabilityOf(card) ?? []));
  return known.length > 0 && Math.max(...known) < OLDEST_CAPABILITY.sglang ? ['vllm'] : ['sglang', 'vllm'];
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
  if (mode === 'distributed' && !spansNodes(engine)) {
    notes.push({ level: 'error', code: 'engine-distributed', field: 'engine', message: 'only vLLM and SGLang run one instance across several nodes' });
  }
  return notes;
}
