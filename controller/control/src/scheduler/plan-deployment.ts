import { GPU_MEMORY_UTILISATION, ParameterError, readParameters, type Engine, type ReadParameters } from '../engines/index.js';
import { judgeCards } from './card-verdicts.js';
import { chooseEngine, spansNodes } from './engine-choice.js';
import { extraArguments } from './extra-arguments.js';
import { GGUF_ON_CARDS, isOpenPlace, placeOfGguf } from './gguf-place.js';
import { interfaceProblem } from './group-network.js';
import { chooseGroup, fitOnGroup } from './group-placement.js';
import { bytesText, estimateMemory } from './memory-estimate.js';
import { fitOnCards, fitOnChosen, fitOnCpu, parallelism, unusable, type Fit, type Question, type Seat } from './placement.js';
import { cardViews, contextNotes, dataTypeNotes, parallelChats, seatNotes } from './plan-explanation.js';
import type { Mode, Plan, PlanModel, PlanNode, PlanNote, PlanRequest } from './plan-types.js';
import { because, type Reason } from './reasons.js';

const DEFAULT_CONTEXT = 4096;
const DEFAULT_PARALLEL = 4;

export type Rejection = Exclude<Fit, Seat>;
interface Placed {
  readonly seats: readonly Seat[];
  readonly rejected: readonly Rejection[];
  readonly notes: readonly PlanNote[];
}

/**
 * What would be deployed where, and why not elsewhere. Pure: the preview, the scheduler, the what-if page and tests ask
 * the same function. `placements` are the nodes of one instance, best choice only, the head first; `rejected` has a
 * reason for every other node, `cards` one for every card.
 */
export function planDeployment(request: PlanRequest, model: PlanModel, nodes: readonly PlanNode[]): Plan {
  if (!isOpenPlace(request, model, nodes)) return planOne(request, model, nodes);
  return placeOfGguf(request, nodes, planOne({ ...request, engine: GGUF_ON_CARDS }, model, nodes), () => planOne(request, model, nodes));
}

function planOne(request: PlanRequest, model: PlanModel, nodes: readonly PlanNode[]): Plan {
  const { engine, mode, notes } = chooseEngine(request, model, nodes);
  if (!engine) return refuse(request, model, mode, null, notes);
  const running = runningVersion(engine, asked(request, nodes));
  const read = tryParameters(engine, request.parameters, running);
  if ('note' in read) return refuse(request, model, mode, engine, [...notes, read.note]);
  const size = sizeOf(request, model, read);
  const need = estimateMemory(model.weightsBytes, model.shape, size, engine.overheadBytes(model.weightsBytes));
  const question: Question = { need, model, engine, share: shareOf(read.argv) };
  const placed = place(request, mode, question, nodes);
  const halved = isHalved(placed.seats, read.argv);
  const allNotes = [...notes, ...cardNotes(request, engine), ...warningsOf(read), ...otherVersions(engine, request.parameters, running, placed.seats), ...contextNotes(size.contextLength, model), ...placed.notes, ...dataTypeNotes(placed.seats, halved), ...seatNotes(placed.rejected, placed.seats, model, size.contextLength, size.parallel)];
  return {
    fits: placed.seats.length > 0 && !allNotes.some(({ level }) => level === 'error'), engine: engine.id, mode, ...size, dataType: halved ? 'half' : null, memory: need,
    ...commandOf(placed.seats, question, size, extraArguments(engine, { runsCode: model.runsCode ?? false, halved }, read.argv)), ...memoryOf(placed.seats, model, size),
    placements: placed.seats.map(({ node, cards, availableBytes }) => ({ nodeId: node.id, nodeName: node.name, gpuUuids: cards.map(({ card }) => card.uuid), availableBytes })),
    cards: engine.hardware === 'gpu' ? cardViews(asked(request, nodes), placed.seats, placed.rejected, question) : [],
    rejected: placed.rejected.map(({ node, reason }) => ({ nodeId: node.id, nodeName: node.name, code: reason.code, numbers: { ...reason.numbers }, reason: reason.text })),
    notes: allNotes,
  };
}

interface Size {
  readonly contextLength: number;
  readonly parallel: number;
}

function cardNotes({ cards = [] }: PlanRequest, { name, hardware }: Engine): PlanNote[] {
  return hardware === 'gpu' || cards.length === 0 ? [] : [{ level: 'error', code: 'cards-unused', field: 'cards', message: `${name} runs on the processor: choose nodes only, no cards` }];
}

/** A flag rules over the field, the field over the model, the model over the platform. */
function sizeOf(request: PlanRequest, { contextLength }: PlanModel, read: ReadParameters): Size {
  return {
    contextLength: read.contextLength ?? request.contextLength ?? Math.min(contextLength ?? DEFAULT_CONTEXT, DEFAULT_CONTEXT),
    parallel: read.parallel ?? request.parallel ?? DEFAULT_PARALLEL,
  };
}

/** Cards that know no bfloat16 compute in half precision, unless a person named a type. */
function isHalved(seats: readonly Seat[], argv: readonly string[]): boolean {
  return !argv.includes('--dtype') && seats.some(({ cards }) => cards.some(({ dataType }) => dataType.kind === 'half'));
}

function commandOf(seats: readonly Seat[], { engine, need }: Question, size: Size, extraArgv: readonly string[]): Pick<Plan, 'tensorParallel' | 'pipelineParallel' | 'argv'> {
  const [head] = seats;
  const cards = head ? head.cards.length : engine.hardware === 'gpu' ? 1 : 0;
  const nodes = Math.max(1, seats.length);
  const [tensorParallel, pipelineParallel] = parallelism(engine, Math.max(1, cards), nodes);
  return { tensorParallel, pipelineParallel, argv: engine.argv({ ...size, cards, nodes, cores: head?.node.cores ?? 0, kvCacheBytes: need.kvCacheBytes, extraArgv }) };
}

/** The terms of the fullest card, and the chats that its cache holds. */
function memoryOf(seats: readonly Seat[], model: PlanModel, { contextLength, parallel }: Size): Pick<Plan, 'perCard' | 'parallelChats'> {
  const [fullest] = [...seats].sort((a, b) => a.budgetBytes - b.budgetBytes);
  if (!fullest) return { perCard: null, parallelChats: [] };
  const { budgetBytes, cardBytes } = fullest;
  return { perCard: { ...termsOf(fullest), budgetBytes, cardBytes }, parallelChats: parallelChats(fullest, model, contextLength, parallel) };
}

function termsOf({ perCard: { weightsBytes, kvCacheBytes, activationBytes, overheadBytes, totalBytes } }: Seat) {
  return { weightsBytes, kvCacheBytes, activationBytes, overheadBytes, totalBytes };
}

/** The nodes a person named, in their order; all when none is named. */
function asked({ nodeIds, cards = [] }: PlanRequest, nodes: readonly PlanNode[]): readonly PlanNode[] {
  const named = [...new Set([...nodeIds, ...cards.map(({ nodeId }) => nodeId)])];
  return named.length === 0 ? nodes : named.flatMap((id) => nodes.filter((node) => node.id === id));
}

function place(request: PlanRequest, mode: Mode, question: Question, nodes: readonly PlanNode[]): Placed {
  const candidates = asked(request, nodes);
  const named = candidates !== nodes;
  const rejected: Rejection[] = [];
  const usable = candidates.filter((node) => {
    const reason = unusable(node, question.engine) ?? (mode === 'distributed' ? cutOff(node, request) : undefined);
    if (reason) rejected.push({ node, reason });
    return !reason;
  });
  if (mode === 'distributed') return named ? placeGroup(request, candidates, usable, rejected, question) : findGroup(usable, rejected, question);
  const seats: Seat[] = [];
  for (const node of usable) {
    const fit = fitOnOne(node, request, question);
    if ('reason' in fit) rejected.push(fit);
    else seats.push(fit);
  }
  const [best, ...others] = seats.sort((a, b) => Number(b.node.id === request.preferredNodeId) - Number(a.node.id === request.preferredNodeId) || bySpread(a, b));
  for (const { node, availableBytes } of others) rejected.push({ node, reason: because('less-busy', `would fit (${bytesText(availableBytes)} free), but ${best?.node.name ?? ''} is less busy`, { availableBytes }) });
  return { seats: best ? [best] : [], rejected, notes: best ? [] : groupNotes(usable, question) };
}

/** Other members of a group could not reach it. */
function cutOff({ interfaces = [] }: PlanNode, { networkInterface }: PlanRequest): Reason | undefined {
  const problem = networkInterface == null ? undefined : interfaceProblem(interfaces, networkInterface);
  return problem === undefined ? undefined : because('no-interface', problem);
}

function fitOnOne(node: PlanNode, { cards = [] }: PlanRequest, question: Question): Fit {
  if (question.engine.hardware === 'cpu') return fitOnCpu(node, question);
  const verdicts = judgeCards(node, question.model, question.engine.id, question.share);
  const chosen = cards.find(({ nodeId }) => nodeId === node.id);
  return chosen ? fitOnChosen(node, verdicts, chosen.gpuUuids, question) : fitOnCards(node, verdicts, question);
}

function placeGroup(request: PlanRequest, candidates: readonly PlanNode[], usable: readonly PlanNode[], rejected: readonly Rejection[], question: Question): Placed {
  if (candidates.length < 2) return { seats: [], rejected: [...rejected, ...usable.map((node) => ({ node, reason: because('group-incomplete', 'is the only node of the group: name two or more') }))], notes: [] };
  if (usable.length < candidates.length) {
    const others = usable.map((node) => ({ node, reason: because('group-incomplete', 'another node of the group cannot be used') }));
    return { seats: [], rejected: [...rejected, ...others], notes: [] };
  }
  const fits = fitOnGroup(usable, request.cards ?? [], question);
  const seats = fits.flatMap((fit) => ('reason' in fit ? [] : [fit]));
  const refused = fits.flatMap((fit) => ('reason' in fit ? [fit] : []));
  return { seats: refused.length === 0 ? seats : [], rejected: [...rejected, ...refused], notes: [] };
}

function findGroup(usable: readonly PlanNode[], rejected: readonly Rejection[], question: Question): Placed {
  const seats = chooseGroup(usable, question) ?? [];
  const seated = new Set(seats.map(({ node }) => node.id));
  const [code, text] = seats.length > 0 ? ['not-needed', 'is not needed'] : ['no-group', 'is part of no group of nodes with equal cards that is large enough'];
  return { seats, rejected: [...rejected, ...usable.filter(({ id }) => !seated.has(id)).map((node) => ({ node, reason: because(code, text) }))], notes: [] };
}

/** Nothing fits on one node: would it on several? */
function groupNotes(usable: readonly PlanNode[], question: Question): PlanNote[] {
  if (!spansNodes(question.engine) || usable.length < 2) return [];
  const group = chooseGroup(usable, question);
  if (!group) return [];
  const cards = group.reduce((sum, seat) => sum + seat.cards.length, 0);
  return [{ level: 'info', code: 'distributed-would-fit', field: 'mode', message: `it would fit on ${cards} cards of ${group.map(({ node }) => node.name).join(' and ')}: choose Distributed` }];
}

/** Fewest instances of this service, then of all, then fewest cards, then most room; the id breaks ties so that a plan is repeatable. */
function bySpread(a: Seat, b: Seat): number {
  return (
    a.node.ownInstances - b.node.ownInstances || a.node.instances - b.node.instances || a.cards.length - b.cards.length || b.availableBytes - a.availableBytes || a.node.id.localeCompare(b.node.id)
  );
}

/** The part of each card that a person lets the engine take; the platform's own when they say nothing. */
function shareOf(argv: readonly string[]): number {
  const at = argv.findIndex((word) => word === '--gpu-memory-utilization' || word === '--mem-fraction-static');
  return at < 0 ? GPU_MEMORY_UTILISATION : Number(argv[at + 1]);
}

/** Image or version of the first node that has the engine: parameters are read before a place is found. Empty: as shipped. */
function runningVersion({ id }: Engine, nodes: readonly PlanNode[]): string {
  return versionOn(id, nodes.find(({ engines }) => engines.includes(id)) ?? nodes[0]);
}

/** What the engine is there; empty: as shipped. */
export function versionOn(engine: string, node: Pick<PlanNode, 'engineVersions'> | undefined): string {
  return node?.engineVersions?.[engine] ?? '';
}

/** Nodes may each have a version of their own: what was read for one is read again for those it is placed on. */
function otherVersions(engine: Engine, text: string, running: string, seats: readonly Seat[]): PlanNote[] {
  const others = [...new Set(seats.map(({ node }) => versionOn(engine.id, node)))].filter((version) => version !== running);
  return others.flatMap((version) => {
    const read = tryParameters(engine, text, version);
    return 'note' in read ? [read.note] : warningsOf(read);
  });
}

function warningsOf({ warnings }: ReadParameters): PlanNote[] {
  return warnings.map(({ code, message }) => ({ level: 'warning', code, field: 'parameters', message }));
}

function tryParameters(engine: Engine, text: string, running: string): ReadParameters | { readonly note: PlanNote } {
  try {
    return readParameters(engine, text, running);
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    return { note: { level: 'error', code: 'parameter', field: 'parameters', message: error.message } };
  }
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
