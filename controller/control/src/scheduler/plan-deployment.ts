import { ParameterError, readParameters, type Engine, type ReadParameters } from '../engines/index.js';
import { chooseEngine } from './engine-choice.js';
import { bytesText, estimateMemory, kvBytesPerToken, type MemoryNeed } from './memory-estimate.js';
import { fitOnCards, fitOnCpu, fitOnGroup, unusable, type Fit, type Seat } from './placement.js';
import type { Mode, Plan, PlanModel, PlanNode, PlanNote, PlanRequest } from './plan-types.js';

const DEFAULT_CONTEXT = 4096;
const DEFAULT_PARALLEL = 4;

/**
 * What would be deployed where, and why not elsewhere. Pure: the preview, the scheduler and tests ask the same
 * function. `placements` are the nodes of one instance, best choice only; `rejected` has a reason for every other.
 */
export function planDeployment(request: PlanRequest, model: PlanModel, nodes: readonly PlanNode[]): Plan {
  const { engine, mode, notes } = chooseEngine(request, model, nodes);
  if (!engine) return refuse(request, model, mode, null, notes);
  const read = tryParameters(engine, request.parameters);
  if ('note' in read) return refuse(request, model, mode, engine, [...notes, read.note]);
  const contextLength = read.contextLength ?? request.contextLength ?? Math.min(model.contextLength ?? DEFAULT_CONTEXT, DEFAULT_CONTEXT);
  const parallel = read.parallel ?? request.parallel ?? DEFAULT_PARALLEL;
  const cards = engine.hardware === 'gpu' ? 1 : 0;
  const need = estimateMemory(model.weightsBytes, model.shape, { contextLength, parallel }, engine.overheadBytes(model.weightsBytes));
  const fits = place(request, model, engine, mode, need, nodes);
  const allNotes = [...notes, ...contextNotes(contextLength, model), ...seatNotes(fits.rejected, fits.seats, need, model, contextLength)];
  const launch = {
    contextLength, parallel, cards: fits.seats[0]?.gpuUuids.length ?? cards, nodes: Math.max(1, fits.seats.length),
    cores: fits.seats[0]?.node.cores ?? 0, kvCacheBytes: need.kvCacheBytes, extraArgv: read.argv,
  };
  return {
    fits: fits.seats.length > 0 && !allNotes.some(({ level }) => level === 'error'),
    engine: engine.id, mode, tensorParallel: 1, pipelineParallel: 1, dataType: null, perCard: null, parallelChats: [], cards: [], contextLength, parallel, argv: engine.argv(launch), memory: need,
    placements: fits.seats.map(({ node, gpuUuids, availableBytes }) => ({ nodeId: node.id, nodeName: node.name, gpuUuids: [...gpuUuids], availableBytes })),
    rejected: fits.rejected.map(({ node, reason }) => ({ nodeId: node.id, nodeName: node.name, code: '', numbers: {}, reason })),
    notes: allNotes,
  };
}

type Rejection = Exclude<Fit, Seat>;

function place(request: PlanRequest, model: PlanModel, engine: Engine, mode: Mode, need: MemoryNeed, nodes: readonly PlanNode[]) {
  const named = (node: PlanNode) => request.nodeIds.length === 0 || request.nodeIds.includes(node.id);
  const asked = mode === 'distributed' ? request.nodeIds.flatMap((id) => nodes.filter((node) => node.id === id)) : nodes.filter(named);
  const rejected: Rejection[] = [];
  const usable = asked.filter((node) => {
    const reason = unusable(node, engine);
    if (reason !== undefined) rejected.push({ node, reason });
    return reason === undefined;
  });
  if (mode === 'distributed') return placeGroup(asked, usable, rejected, need, model, engine);
  const seats: Seat[] = [];
  for (const node of usable) {
    const fit = engine.hardware === 'cpu' ? fitOnCpu(node, need) : fitOnCards(node, need, model, engine);
    if ('reason' in fit) rejected.push(fit);
    else seats.push(fit);
  }
  const [best, ...others] = seats.sort((a, b) => Number(b.node.id === request.preferredNodeId) - Number(a.node.id === request.preferredNodeId) || bySpread(a, b));
  for (const { node, availableBytes } of others) rejected.push({ node, reason: `would fit (${bytesText(availableBytes)} free), but ${best?.node.name ?? ''} is less busy` });
  return { seats: best ? [best] : [], rejected };
}

function placeGroup(asked: readonly PlanNode[], usable: readonly PlanNode[], rejected: Rejection[], need: MemoryNeed, model: PlanModel, engine: Engine) {
  if (asked.length < 2 || usable.length < asked.length) return { seats: [] as Seat[], rejected };
  const fits = fitOnGroup(usable, need, model, engine);
  const seats = fits.flatMap((fit) => ('reason' in fit ? [] : [fit]));
  return { seats, rejected: [...rejected, ...fits.flatMap((fit) => ('reason' in fit ? [fit] : []))] };
}

/** Fewest instances of this service, then of all, then most room; the id breaks ties so that a plan is repeatable. */
function bySpread(a: Seat, b: Seat): number {
  return (
    a.node.ownInstances - b.node.ownInstances || a.node.instances - b.node.instances || b.availableBytes - a.availableBytes || a.node.id.localeCompare(b.node.id)
  );
}

function tryParameters(engine: Engine, text: string): ReadParameters | { readonly note: PlanNote } {
  try {
    return readParameters(engine, text);
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    return { note: { level: 'error', code: 'parameter', field: 'parameters', message: error.message } };
  }
}

function contextNotes(contextLength: number, model: PlanModel): PlanNote[] {
  if (model.contextLength === null || contextLength <= model.contextLength) return [];
  return [{ level: 'error', code: 'context-too-long', field: 'contextLength', message: `the model was made for ${model.contextLength} tokens, asked are ${contextLength}` }];
}

function seatNotes(rejected: readonly Rejection[], seats: readonly Seat[], need: MemoryNeed, model: PlanModel, contextLength: number): PlanNote[] {
  if (seats.length === 0) {
    const reasons = rejected.map(({ node, reason }) => `${node.name} ${reason}`).join('; ');
    return [{ level: 'error', code: 'no-node', field: 'nodeIds', message: reasons === '' ? 'no node was found; add one first' : `no node can carry it: ${reasons}` }];
  }
  const perChat = model.shape ? kvBytesPerToken(model.shape) * contextLength : 0;
  if (perChat === 0) return [];
  const room = seats.reduce((sum, { availableBytes }) => sum + availableBytes, 0) - need.totalBytes + need.kvCacheBytes;
  const chats = Math.floor(room / perChat);
  return [{ level: 'info', code: 'capacity', field: null, message: `at ${contextLength} tokens of context the memory holds about ${chats} parallel chats` }];
}

function refuse(request: PlanRequest, model: PlanModel, mode: Mode, engine: Engine | null, notes: readonly PlanNote[]): Plan {
  const contextLength = request.contextLength ?? DEFAULT_CONTEXT;
  const parallel = request.parallel ?? DEFAULT_PARALLEL;
  const memory = estimateMemory(model.weightsBytes, model.shape, { contextLength, parallel }, engine?.overheadBytes(model.weightsBytes) ?? 0);
  return {
    fits: false, engine: engine?.id ?? null, mode, tensorParallel: 1, pipelineParallel: 1, dataType: null, perCard: null, parallelChats: [], cards: [], contextLength, parallel, argv: [], memory,
    placements: [], rejected: [], notes: [...notes],
  };
}
