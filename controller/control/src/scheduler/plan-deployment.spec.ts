import { describe, expect, it } from 'vitest';
import { kvBytesPerToken, nominalNeedBytes, tensorParallelFits } from './memory-estimate.js';
import { planDeployment } from './plan-deployment.js';
import type { PlanCard, PlanModel, PlanNode, PlanRequest } from './plan-types.js';

const GIB = 2 ** 30;
const qwen7b = { layers: 28, hiddenSize: 3584, heads: 28, kvHeads: 4, keyLength: 128, valueLength: 128, latentWidth: null, intermediateSize: 18944, vocabularySize: 152064 };
const safetensors: PlanModel = { format: 'safetensors', dataType: 'BF16', quantisation: null, weightsBytes: 15_231_233_024, contextLength: 131_072, shape: qwen7b };
const gguf: PlanModel = { format: 'gguf', dataType: null, quantisation: null, weightsBytes: 2e6, contextLength: 256, shape: { layers: 4, hiddenSize: 128, heads: 4, kvHeads: 4, keyLength: 32, valueLength: 32, latentWidth: null, intermediateSize: 384, vocabularySize: 754 } };
const request = (over: Partial<PlanRequest> = {}): PlanRequest => ({ mode: undefined, engine: undefined, parameters: '', nodeIds: [], contextLength: undefined, parallel: undefined, ...over });
const node = (id: string, over: Partial<PlanNode> = {}): PlanNode => ({
  id, name: `node-${id}`, state: 'healthy', memoryBytes: 64 * GIB, cores: 16, usedBytes: 4 * GIB, reservedBytes: 0,
  engines: ['llama-cpp', 'vllm-cpu'], cards: [], ownInstances: 0, instances: 0, ...over,
});
const cards = (count: number, gib = 24): PlanCard[] => Array.from({ length: count }, (_, index) => ({ uuid: `GPU-${index}`, index, name: 'NVIDIA A10', computeCapability: null, memoryBytes: gib * GIB, usedBytes: 0, taken: false }));
const gpuNode = (id: string, count: number, over: Partial<PlanNode> = {}) => node(id, { cards: cards(count), engines: ['sglang', 'vllm', 'vllm-cpu'], ...over });

describe('engine choice', () => {
  it.each([
    ['a GGUF model', gguf, [node('a')], [], 'llama-cpp', 'cpu'],
    ['safetensors on a CPU node', safetensors, [node('a')], ['a'], 'vllm-cpu', 'cpu'],
    ['safetensors on a GPU node', safetensors, [gpuNode('a', 1)], ['a'], 'sglang', 'single'],
    ['safetensors on two GPU nodes', safetensors, [gpuNode('a', 1), gpuNode('b', 1)], ['a', 'b'], 'vllm', 'distributed'],
    ['safetensors, no node named, GPU there', safetensors, [node('c'), gpuNode('a', 1)], [], 'sglang', 'single'],
  ] as const)('%s', (_, model, nodes, nodeIds, engine, mode) => {
    expect(planDeployment(request({ nodeIds }), model, nodes)).toMatchObject({ engine, mode, fits: true });
  });

  it('refuses an engine that cannot read the files, and says which can', () => {
    const plan = planDeployment(request({ engine: 'vllm-cpu' }), gguf, [node('a')]);
    expect(plan.fits).toBe(false);
    expect(plan.notes).toContainEqual(expect.objectContaining({ code: 'engine-format', field: 'engine', message: expect.stringContaining('llama.cpp') as string }));
  });

  it('keeps an override the hardware allows: CPU on a GPU node', () => {
    expect(planDeployment(request({ mode: 'cpu', nodeIds: ['a'] }), safetensors, [gpuNode('a', 1)])).toMatchObject({ engine: 'vllm-cpu', fits: true });
  });
});

describe('placement', () => {
  it('spreads: fewest instances of the service first, then of all, then most room', () => {
    const nodes = [node('a', { ownInstances: 1 }), node('b', { instances: 2 }), node('c', { instances: 1, usedBytes: 9 * GIB }), node('d', { instances: 1 })];
    expect(planDeployment(request(), gguf, nodes).placements.map(({ nodeId }) => nodeId)).toEqual(['d']);
  });

  it.each([
    ['silent', { state: 'unreachable' as const }, 'is unreachable'],
    ['new', { state: 'joining' as const }, 'has not connected yet'],
    ['without the engine', { engines: [] }, 'does not offer llama.cpp; it offers no engine'],
    ['unknown', { memoryBytes: null }, 'has not told'],
    ['full', { memoryBytes: 8 * GIB, usedBytes: 8 * GIB - 1e6 }, 'needs'],
    ['promised away', { memoryBytes: 8 * GIB, usedBytes: 0, reservedBytes: 8 * GIB }, 'promised to other instances'],
  ])('tells why not a node that is %s', (_, over, reason) => {
    const plan = planDeployment(request(), gguf, [node('a', over)]);
    expect(plan.fits).toBe(false);
    expect(plan.rejected[0]?.reason).toContain(reason);
    expect(plan.notes.at(-1)).toMatchObject({ level: 'error', code: 'no-node', field: 'nodeIds' });
  });

  it('takes the smallest number of cards that holds the model and divides its heads', () => {
    const big = { ...safetensors, weightsBytes: 29_540_067_328 };
    expect(planDeployment(request({ nodeIds: ['a'] }), big, [gpuNode('a', 8)]).placements[0]?.gpuUuids).toEqual(['GPU-0', 'GPU-1']);
  });

  it('leaves cards alone that somebody uses', () => {
    const used = cards(2).map((card, index) => (index === 0 ? { ...card, usedBytes: 5 * GIB } : card));
    expect(planDeployment(request({ nodeIds: ['a'] }), safetensors, [gpuNode('a', 2, { cards: used })]).placements[0]?.gpuUuids).toEqual(['GPU-1']);
  });

  it('divides one instance over nodes, the same number of cards on each, first named is head', () => {
    const huge = { ...safetensors, weightsBytes: 60 * GIB };
    const plan = planDeployment(request({ nodeIds: ['b', 'a'] }), huge, [gpuNode('a', 2), gpuNode('b', 4)]);
    expect(plan.placements.map(({ nodeId, gpuUuids }) => [nodeId, gpuUuids.length])).toEqual([['b', 2], ['a', 2]]);
    expect(plan.argv.join(' ')).toContain('--tensor-parallel-size 2 --pipeline-parallel-size 2');
  });

  it('names field and numbers when the context is longer than the model’s', () => {
    expect(planDeployment(request({ contextLength: 512 }), gguf, [node('a')]).notes).toContainEqual(
      expect.objectContaining({ code: 'context-too-long', field: 'contextLength', message: expect.stringContaining('256') as string }),
    );
  });

  it('names a bad parameter', () => {
    expect(planDeployment(request({ parameters: '--host x' }), gguf, [node('a')])).toMatchObject({ fits: false, notes: [{ code: 'parameter', field: 'parameters' }] });
  });
});

describe('memory', () => {
  it('counts the KV cache as the reference table does', () => {
    expect(kvBytesPerToken(qwen7b)).toBe(57_344);
    expect(kvBytesPerToken({ ...qwen7b, layers: 61, latentWidth: 576 })).toBe(70_272);
  });
  it('shows the guide’s nominal need', () => expect(nominalNeedBytes(15_231_233_024) / GIB).toBeCloseTo(19.02, 2));
  it('allows 1, 2 and 4 cards for 28 heads and 4 KV heads', () => {
    expect([1, 2, 3, 4, 6, 7, 8, 14].filter((size) => tensorParallelFits(qwen7b, size))).toEqual([1, 2, 4]);
  });
});

describe('parameters of the version that runs', () => {
  const plan = (parameters: string, versions: readonly (string | undefined)[]) => {
    const nodes = versions.map((version, at) => gpuNode(String.fromCharCode(97 + at), 1, version === undefined ? {} : { engineVersions: { vllm: version } }));
    return planDeployment(request({ engine: 'vllm', parameters, nodeIds: nodes.map(({ id }) => id), ...(nodes.length > 1 ? { mode: 'distributed' as const } : {}) }), safetensors, nodes);
  };
  const told = ({ notes }: ReturnType<typeof plan>) => notes.filter(({ field }) => field === 'parameters').map(({ level, code }) => `${level} ${code}`);

  it('are those of the shipped version, where a node says nothing else', () => {
    expect(told(plan('--max-num-queued-reqs 4', [undefined]))).toEqual(['error parameter']);
    expect(told(plan('--calculate-kv-scales', [undefined]))).toEqual([]);
  });

  it('are those of the image the node starts', () => {
    const found = plan('--max-num-queued-reqs 4', ['vllm/vllm-openai:v0.32.0']);
    expect([found.fits, told(found)]).toEqual([true, []]);
    expect(found.argv.join(' ')).toContain('--max-num-queued-reqs 4');
  });

  it('of an unread version warn, and go along as they are', () => {
    const found = plan('--brand-new 3', ['vllm/vllm-openai:v0.31.0']);
    expect([found.fits, told(found)]).toEqual([true, ['warning parameters-version', 'warning parameter-unlisted']]);
    expect(found.argv.slice(-2)).toEqual(['--brand-new', '3']);
  });

  it('must suit every node of a group', () => {
    expect(told(plan('--calculate-kv-scales', ['v0.18.0', 'v0.18.0']))).toEqual([]);
    const found = plan('--calculate-kv-scales', ['v0.18.0', 'v0.32.0']);
    expect([found.fits, told(found)]).toEqual([false, ['error parameter']]);
  });
});
