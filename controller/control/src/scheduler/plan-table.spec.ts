import { describe, expect, it } from 'vitest';
import { planDeployment } from './plan-deployment.js';
import { kvBytesPerToken } from './memory-estimate.js';
import type { PlanCard, PlanModel, PlanNode, PlanRequest } from './plan-types.js';

/*
 * Models with the exact shapes and weight bytes of `reference/memory.md` 5 (computed from their config.json, checked against
 * file sizes), over servers as they are sold. Memory of cards as nvidia-smi reports it, in MiB.
 */
const GIB = 2 ** 30;
const MIB = 2 ** 20;

type Numbers = readonly [weightsBytes: number, layers: number, hidden: number, heads: number, kvHeads: number, head: number, inter: number, vocab: number];
function dense([weightsBytes, layers, hiddenSize, heads, kvHeads, head, intermediateSize, vocabularySize]: Numbers, contextLength = 131_072): PlanModel {
  return { format: 'safetensors', dataType: 'BF16', quantisation: null, weightsBytes, contextLength, shape: { layers, hiddenSize, heads, kvHeads, keyLength: head, valueLength: head, latentWidth: null, intermediateSize, vocabularySize } };
}

const models: Readonly<Record<string, PlanModel>> = {
  'R1-1.5B': dense([3_554_176_000, 28, 1536, 12, 2, 128, 8960, 151_936]),
  'R1-7B': dense([15_231_233_024, 28, 3584, 28, 4, 128, 18_944, 152_064]),
  'R1-8B': dense([16_060_522_496, 32, 4096, 32, 8, 128, 14_336, 128_256]),
  'R1-14B': dense([29_540_067_328, 48, 5120, 40, 8, 128, 13_824, 152_064]),
  'R1-32B': dense([65_527_752_704, 64, 5120, 40, 8, 128, 27_648, 152_064]),
  'R1-70B': dense([141_107_412_992, 80, 8192, 64, 8, 128, 28_672, 128_256]),
  'R1-671B': { ...dense([688_586_727_753, 61, 7168, 128, 128, 128, 18_432, 129_280], 163_840), dataType: 'F8_E4M3', quantisation: 'fp8', shape: { layers: 61, hiddenSize: 7168, heads: 128, kvHeads: 128, keyLength: 192, valueLength: 128, latentWidth: 576, intermediateSize: 18_432, vocabularySize: 129_280 } },
  'Qwen3-0.6B': dense([1_192_099_840, 28, 1024, 16, 8, 128, 3072, 151_936], 40_960),
  'Qwen3-1.7B': dense([3_441_149_952, 28, 2048, 16, 8, 128, 6144, 151_936], 40_960),
  'Qwen3-4B': dense([8_044_936_192, 36, 2560, 32, 8, 128, 9728, 151_936], 40_960),
  'Qwen3-8B': dense([16_381_470_720, 36, 4096, 32, 8, 128, 12_288, 151_936], 40_960),
  'Qwen3-14B': dense([29_536_614_400, 40, 5120, 40, 8, 128, 17_408, 151_936], 40_960),
  'Qwen3-32B': dense([65_524_246_528, 64, 5120, 64, 8, 128, 25_600, 151_936], 40_960),
};

/** Files of about 4.85 bits a weight (Q4_K_M), and of 16. */
const packed = (model: PlanModel, weightsBytes: number): PlanModel => ({ ...model, format: 'gguf', dataType: null, weightsBytes });
const ggufs: Readonly<Record<string, PlanModel>> = {
  'Qwen3-8B Q4': packed(models['Qwen3-8B']!, 5_027_783_488),
  'R1-7B F16': packed(models['R1-7B']!, 15_237_853_184),
  'R1-32B Q4': packed(models['R1-32B']!, 19_851_335_840),
  'R1-70B Q4': packed(models['R1-70B']!, 42_520_395_584),
  'R1-671B Q4': packed(models['R1-671B']!, 404_430_186_464),
};

const kinds = {
  T4: ['Tesla T4', 15_360], V100: ['Tesla V100-PCIE-16GB', 16_384], A10: ['NVIDIA A10', 23_028], A40: ['NVIDIA A40', 46_068],
  'A100-40': ['NVIDIA A100-PCIE-40GB', 40_960], 'A100-80': ['NVIDIA A100-SXM4-80GB', 81_920], H100: ['NVIDIA H100 80GB HBM3', 81_559], H200: ['NVIDIA H200', 143_771],
} as const;
type Kind = keyof typeof kinds;

function cards(kind: Kind, count: number, first = 0): PlanCard[] {
  const [name, mib] = kinds[kind];
  return Array.from({ length: count }, (_, index) => ({ uuid: `${kind}-${first + index}`, index: first + index, name, computeCapability: null, memoryBytes: mib * MIB, usedBytes: 0, taken: false }));
}
function server(id: string, own: PlanCard[] = [], gib = 512): PlanNode {
  return { id, name: id, state: 'healthy', memoryBytes: gib * GIB, cores: 64, usedBytes: 8 * GIB, reservedBytes: 0, engines: own.length > 0 ? ['sglang', 'vllm', 'vllm-cpu', 'llama-cpp-gpu'] : ['vllm-cpu', 'llama-cpp'], cards: own.map((card) => ({ ...card, uuid: `${id}/${card.uuid}` })), ownInstances: 0, instances: 0 };
}
const ask = (over: Partial<PlanRequest> = {}): PlanRequest => ({ mode: undefined, engine: undefined, parameters: '', nodeIds: [], contextLength: undefined, parallel: undefined, ...over });

/** "sglang 2" on two cards of one node, "vllm 8×2" on eight cards of each of two, "vllm-cpu", or "no: code". */
function outcome(model: string, nodes: readonly PlanNode[], over: Partial<PlanRequest> = {}): string {
  const plan = planDeployment(ask(over), models[model] ?? ggufs[model]!, nodes);
  if (!plan.fits) return `no: ${plan.notes.some(({ code }) => code === 'distributed-would-fit') ? 'several nodes' : (plan.rejected[0]?.code ?? '')}`;
  const cardsEach = plan.placements[0]!.gpuUuids.length;
  return `${plan.engine ?? ''}${cardsEach === 0 ? '' : ` ${cardsEach}`}${plan.placements.length > 1 ? `×${plan.placements.length}` : ''}${plan.dataType === null ? '' : ` ${plan.dataType}`}`;
}

const one = (kind: Kind, count: number) => [server('a', cards(kind, count))];

describe('plans of the model families', () => {
  it.each([
    // model          1 × T4            4 × T4            4 × V100         1 × A10      4 × A10      1 × A40      1 × A100-40  8 × A100-40  1 × A100-80  8 × H100     8 × H200     CPU 512 GiB
    ['R1-1.5B',     'sglang 1 half', 'sglang 1 half', 'vllm 1 half', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'vllm-cpu'],
    ['R1-7B',       'no: too-small', 'sglang 2 half', 'vllm 2 half', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'vllm-cpu'],
    ['R1-8B',       'no: too-small', 'sglang 2 half', 'vllm 2 half', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'vllm-cpu'],
    ['R1-14B',      'no: too-small', 'sglang 4 half', 'vllm 4 half', 'no: too-small', 'sglang 2', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'vllm-cpu'],
    ['R1-32B',      'no: too-small', 'no: too-small', 'no: too-small', 'no: too-small', 'sglang 4', 'no: too-small', 'no: too-small', 'sglang 4', 'sglang 1', 'sglang 1', 'sglang 1', 'vllm-cpu'],
    ['R1-70B',      'no: too-small', 'no: too-small', 'no: too-small', 'no: too-small', 'no: too-small', 'no: too-small', 'no: too-small', 'sglang 8', 'no: too-small', 'sglang 4', 'sglang 2', 'vllm-cpu'],
    ['R1-671B',     'no: cards-busy', 'no: cards-busy', 'no: cards-busy', 'no: too-small', 'no: too-small', 'no: too-small', 'no: too-small', 'no: too-small', 'no: too-small', 'no: too-small', 'sglang 8', 'no: memory'],
    ['Qwen3-0.6B',  'sglang 1 half', 'sglang 1 half', 'vllm 1 half', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'vllm-cpu'],
    ['Qwen3-1.7B',  'sglang 1 half', 'sglang 1 half', 'vllm 1 half', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'vllm-cpu'],
    ['Qwen3-4B',    'sglang 1 half', 'sglang 1 half', 'vllm 1 half', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'vllm-cpu'],
    ['Qwen3-8B',    'no: too-small', 'sglang 2 half', 'vllm 2 half', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'vllm-cpu'],
    ['Qwen3-14B',   'no: too-small', 'sglang 4 half', 'vllm 4 half', 'no: too-small', 'sglang 2', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'sglang 1', 'vllm-cpu'],
    ['Qwen3-32B',   'no: too-small', 'no: too-small', 'no: too-small', 'no: too-small', 'sglang 4', 'no: too-small', 'no: too-small', 'sglang 4', 'sglang 1', 'sglang 1', 'sglang 1', 'vllm-cpu'],
  ])('%s', (model, ...expected) => {
    const servers = [one('T4', 1), one('T4', 4), one('V100', 4), one('A10', 1), one('A10', 4), one('A40', 1), one('A100-40', 1), one('A100-40', 8), one('A100-80', 1), one('H100', 8), one('H200', 8), [server('a')]];
    expect(servers.map((nodes) => outcome(model, nodes))).toEqual(expected);
  });

  it('spreads the large ones over nodes with vLLM, tensor parallel inside, pipeline across', () => {
    const two = [server('a', cards('H100', 8)), server('b', cards('H100', 8))];
    expect(outcome('R1-671B', two)).toBe('no: several nodes');
    expect(outcome('R1-671B', two, { mode: 'distributed' })).toBe('vllm 8×2');
    expect(outcome('R1-671B', two, { nodeIds: ['b', 'a'] })).toBe('vllm 8×2');
    expect(outcome('R1-671B', two, { mode: 'distributed', engine: 'sglang' })).toBe('sglang 8×2');
    const plan = planDeployment(ask({ nodeIds: ['b', 'a'] }), models['R1-671B']!, two);
    expect([plan.placements[0]?.nodeName, plan.tensorParallel, plan.pipelineParallel]).toEqual(['b', 8, 2]);
    // 688.6 GB over 16 cards: 40.1 GiB of weights on each, as reference/memory.md has it.
    expect(plan.perCard!.weightsBytes / GIB).toBeCloseTo(40.08, 1);
  });

  it('takes no more nodes than needed, and equal cards only', () => {
    const mixed = [server('a', cards('A10', 2)), server('b', cards('A10', 2)), server('c', cards('A40', 4)), server('d', cards('A10', 2))];
    expect(outcome('R1-32B', mixed)).toBe('sglang 2');
    expect(planDeployment(ask(), models['R1-32B']!, mixed).placements[0]?.nodeName).toBe('c');
    const small = mixed.filter(({ id }) => id !== 'c');
    expect(outcome('R1-32B', small)).toBe('no: several nodes');
    expect(planDeployment(ask({ mode: 'distributed' }), models['R1-32B']!, small).placements.map(({ nodeName, gpuUuids }) => [nodeName, gpuUuids.length])).toEqual([['a', 2], ['b', 2]]);
    expect(outcome('R1-32B', [server('a', cards('A10', 2)), server('b', cards('T4', 2))], { mode: 'distributed' })).toBe('no: no-group');
    expect(planDeployment(ask({ nodeIds: ['a', 'b'] }), models['R1-32B']!, [server('a', cards('A10', 2)), server('b', cards('T4', 2))]).rejected[0]?.code).toBe('other-kind');
  });

  it('never mixes kinds of cards on one node', () => {
    const mixed = server('a', [...cards('A10', 1), ...cards('T4', 3, 1)]);
    const plan = planDeployment(ask(), models['R1-14B']!, [mixed]);
    expect([plan.fits, plan.rejected[0]?.code, plan.rejected[0]?.numbers['cards']]).toEqual([false, 'too-small', 2]);
    expect(planDeployment(ask(), models['R1-7B']!, [mixed]).placements[0]?.gpuUuids).toEqual(['a/A10-0']);
  });

  it('keeps to the cards a person chose, and says what is wrong with them', () => {
    const nodes = [server('a', cards('A10', 4))];
    const chosen = (...uuids: string[]) => planDeployment(ask({ cards: [{ nodeId: 'a', gpuUuids: uuids.map((uuid) => `a/${uuid}`) }] }), models['R1-7B']!, nodes);
    expect(chosen('A10-2').placements[0]?.gpuUuids).toEqual(['a/A10-2']);
    expect(chosen('A10-1', 'A10-3').placements[0]?.gpuUuids).toEqual(['a/A10-1', 'a/A10-3']);
    expect(chosen('A10-0', 'A10-1', 'A10-2').rejected[0]).toMatchObject({ code: 'not-divisible', reason: expect.stringContaining('possible are 1, 2, 4') as string });
    expect(chosen('nix').rejected[0]?.code).toBe('card-unknown');
    const busy = [server('a', cards('A10', 2).map((card) => ({ ...card, taken: true })))];
    expect(planDeployment(ask({ cards: [{ nodeId: 'a', gpuUuids: ['a/A10-1'] }] }), models['R1-7B']!, busy).rejected[0]).toMatchObject({ code: 'taken', reason: 'card 1 carries another instance' });
  });

  it('has a reason with numbers for every card that was not chosen', () => {
    const [first, second, third, fourth] = cards('A10', 4);
    const node = server('a', [{ ...first!, usedBytes: 20 * GIB }, { ...second!, taken: true }, { ...third!, quarantine: 'Xid 79' }, fourth!]);
    const plan = planDeployment(ask({ nodeIds: ['a'] }), models['R1-7B']!, [node]);
    expect(plan.cards.map(({ index, chosen, reasonCode }) => [index, chosen, reasonCode])).toEqual([[0, false, 'in-use'], [1, false, 'taken'], [2, false, 'quarantine'], [3, true, 'chosen']]);
    expect(plan.cards[0]?.reason).toBe('has 2.5 GiB of 22.5 GiB free, an engine takes 90 %: other programs use it');
    expect(planDeployment(ask({ nodeIds: ['a'] }), models['R1-14B']!, [node]).rejected[0]?.reason).toContain('on 1 of its 1 free cards it needs');
  });

  it('counts the chats that the cache really holds', () => {
    // reference/memory.md: on a 24564 MiB card 7B leaves about 5.4 GiB of KV cache: about three chats of 32k.
    const card = { ...cards('A10', 1)[0]!, memoryBytes: 24_564 * MIB };
    const plan = planDeployment(ask({ contextLength: 32_768, parallel: 1 }), models['R1-7B']!, [server('a', [card])]);
    expect(kvBytesPerToken(models['R1-7B']!.shape!)).toBe(57_344);
    expect(plan.parallelChats.find(({ contextLength }) => contextLength === 32_768)?.chats).toBeGreaterThanOrEqual(2.5);
    expect(plan.parallelChats.find(({ contextLength }) => contextLength === 32_768)?.chats).toBeLessThan(3.5);
    const { weightsBytes, kvCacheBytes, activationBytes, overheadBytes, totalBytes, budgetBytes } = plan.perCard!;
    expect(weightsBytes + kvCacheBytes + activationBytes + overheadBytes).toBe(totalBytes);
    expect(budgetBytes).toBe(Math.floor(24_564 * MIB * 0.9));
  });

  it('plans cut cards as what they are', () => {
    const slices = cards('A100-40', 1).map((card) => ({ ...card, uuid: 'MIG-1', name: 'NVIDIA A100-PCIE-40GB MIG 3g.20gb', memoryBytes: 20_096 * MIB }));
    expect(outcome('R1-8B', [server('a', slices)])).toBe('no: too-small');
    expect(outcome('R1-7B', [server('a', slices)])).toBe('sglang 1');
    expect(outcome('R1-1.5B', [server('a', slices)])).toBe('sglang 1');
  });
});

describe('plans of GGUF files', () => {
  const servers = (): PlanNode[][] => [one('T4', 1), one('T4', 4), one('A10', 1), one('A10', 3), one('A100-80', 1), one('H100', 8), [server('a')]];
  const both = (node: PlanNode): PlanNode => ({ ...node, engines: [...node.engines, 'llama-cpp'] });

  it.each([
    // model        1 × T4             4 × T4             1 × A10            3 × A10            1 × A100-80        8 × H100           CPU 512 GiB
    ['Qwen3-8B Q4', 'llama-cpp-gpu 1', 'llama-cpp-gpu 1', 'llama-cpp-gpu 1', 'llama-cpp-gpu 1', 'llama-cpp-gpu 1', 'llama-cpp-gpu 1', 'no: no-gpu'],
    ['R1-7B F16',   'no: too-small',   'llama-cpp-gpu 2', 'llama-cpp-gpu 1', 'llama-cpp-gpu 1', 'llama-cpp-gpu 1', 'llama-cpp-gpu 1', 'no: no-gpu'],
    ['R1-32B Q4',   'no: too-small',   'llama-cpp-gpu 2', 'no: too-small',   'llama-cpp-gpu 2', 'llama-cpp-gpu 1', 'llama-cpp-gpu 1', 'no: no-gpu'],
    ['R1-70B Q4',   'no: too-small',   'llama-cpp-gpu 4', 'no: too-small',   'llama-cpp-gpu 3', 'llama-cpp-gpu 1', 'llama-cpp-gpu 1', 'no: no-gpu'],
    ['R1-671B Q4',  'no: too-small',   'no: too-small',   'no: too-small',   'no: too-small',   'no: too-small',   'llama-cpp-gpu 6', 'no: no-gpu'],
  ])('%s on cards', (model, ...expected) => expect(servers().map((nodes) => outcome(model, nodes.map((node) => ({ ...node, engines: ['llama-cpp-gpu'] })), { mode: 'single' }))).toEqual(expected));

  it.each<[string, PlanNode[], Partial<PlanRequest>, string]>([
    ['one card holds it', [both(server('a', cards('A10', 1)))], {}, 'llama-cpp-gpu 1'],
    ['one card of another node holds it', [server('a'), server('b', cards('A10', 1))], {}, 'llama-cpp-gpu 1'],
    ['it would take several cards, and nobody named the node', [both(server('a', cards('T4', 4)))], {}, 'llama-cpp'],
    ['it takes several cards of the node that was named', [both(server('a', cards('T4', 4)))], { nodeIds: ['a'] }, 'llama-cpp-gpu 2'],
    ['nothing but several cards holds it', [both(server('a', cards('T4', 4), 20))], {}, 'llama-cpp-gpu 2'],
    ['the cards are too few', [both(server('a', cards('T4', 1)))], { nodeIds: ['a'] }, 'llama-cpp'],
    ['no node offers it on cards', [{ ...both(server('a', cards('A10', 1))), engines: ['vllm', 'llama-cpp'] }], {}, 'llama-cpp'],
    ['processors were asked for', [both(server('a', cards('A10', 1)))], { mode: 'cpu' }, 'llama-cpp'],
    ['the engine was asked for', [both(server('a', cards('A10', 1)))], { engine: 'llama-cpp' }, 'llama-cpp'],
    ['cards were chosen', [both(server('a', cards('T4', 4)))], { cards: [{ nodeId: 'a', gpuUuids: ['a/T4-1', 'a/T4-3', 'a/T4-2'] }] }, 'llama-cpp-gpu 3'],
    ['a parameter is known to neither', [both(server('a', cards('A10', 1)))], { parameters: '--nothing 1' }, 'no: '],
    ['a parameter is of the cards’ engine', [both(server('a', cards('A10', 1)))], { parameters: '--flash-attn on' }, 'llama-cpp-gpu 1'],
  ])('when %s', (_, nodes, over, expected) => expect(outcome('R1-7B F16', nodes, over)).toBe(expected));

  it('says why cards that are there are not used', () => {
    const plan = (over: Partial<PlanRequest>, count: number) => planDeployment(ask(over), ggufs['R1-7B F16']!, [both(server('a', cards('T4', count)))]).notes.filter(({ code }) => code === 'cards-not-taken');
    expect(plan({}, 4)).toEqual([{ level: 'info', code: 'cards-not-taken', field: null, message: 'processors are used, no cards: it would take 2 cards of a' }]);
    expect(plan({ nodeIds: ['a'] }, 1)[0]?.message).toMatch(/^processors are used, no cards: a on 1 of its 1 free cards it needs 16\.\d GiB a card, usable are 13\.5 GiB$/);
  });

  it('deals out whole layers: the fullest card has what does not divide', () => {
    const plan = planDeployment(ask({ mode: 'single', contextLength: 8192, parallel: 2 }), ggufs['R1-70B Q4']!, one('A10', 3));
    const { weightsBytes, kvCacheBytes, overheadBytes, activationBytes, totalBytes } = plan.perCard!;
    // 80 layers and the output on three cards: 27 of 81 parts, and the cache of 27 of 80 layers; 327,680 bytes a token.
    expect([weightsBytes, kvCacheBytes, overheadBytes]).toEqual([Math.ceil(42_520_395_584 / 3), Math.ceil((327_680 * 8192 * 2 * 27) / 80), GIB]);
    expect(weightsBytes + kvCacheBytes + overheadBytes + activationBytes).toBe(totalBytes);
    expect([plan.tensorParallel, plan.pipelineParallel, plan.dataType]).toEqual([1, 3, null]);
    expect(plan.argv).toEqual(['--ctx-size', '16384', '--parallel', '2', '--n-gpu-layers', '999', '--split-mode', 'layer', '--tensor-split', '1,1,1']);
  });

  it('takes no heads into account, but no more cards than layers', () => {
    const chosen = (count: number, layers: number) => planDeployment(ask({ cards: [{ nodeId: 'a', gpuUuids: Array.from({ length: count }, (_, index) => `a/T4-${index}`) }] }), { ...ggufs['Qwen3-8B Q4']!, shape: { ...ggufs['Qwen3-8B Q4']!.shape!, layers } }, one('T4', 5));
    expect([chosen(3, 36).fits, chosen(5, 36).fits, chosen(5, 4).rejected[0]?.code]).toEqual([true, true, 'not-divisible']);
  });

  it('neither halves on old cards nor spreads over nodes', () => {
    const old = server('a', cards('V100', 1).map((card) => ({ ...card, name: 'Tesla P40', computeCapability: '6.1' })));
    expect(planDeployment(ask({ mode: 'single' }), { ...ggufs['Qwen3-8B Q4']!, dataType: 'BF16' }, [old])).toMatchObject({ fits: true, dataType: null, engine: 'llama-cpp-gpu' });
    const two = [server('a', cards('T4', 2)), server('b', cards('T4', 2))];
    expect(planDeployment(ask({ mode: 'single' }), ggufs['R1-32B Q4']!, two).notes.map(({ code }) => code)).not.toContain('distributed-would-fit');
    expect(planDeployment(ask({ mode: 'distributed' }), ggufs['R1-32B Q4']!, two).notes[0]).toMatchObject({ level: 'error', code: 'engine-distributed' });
  });

  it('names in numbers what is missing, and mixes no kinds by itself', () => {
    const mixed = server('a', [...cards('A10', 1), ...cards('T4', 2, 1)]);
    expect(planDeployment(ask({ mode: 'single' }), ggufs['R1-70B Q4']!, [mixed]).rejected[0]).toMatchObject({ code: 'too-small', numbers: { cards: 2, freeCards: 2 } });
    expect(planDeployment(ask(), ggufs['R1-7B F16']!, [mixed]).placements[0]?.gpuUuids).toEqual(['a/A10-0']);
  });
});
