import { NetworkMode } from '@openstation/proto';
import { describe, expect, it } from 'vitest';
import { customEngine } from '../engines/custom-engine.js';
import { engineById, type EngineId } from '../engines/index.js';
import { launchIntents } from './launch-intent.js';
import type { Plan } from './plan-types.js';

const GIB = 2 ** 30;
const model = { id: 'm', name: 'qwen', digest: 'sha256:1', bytes: 100, entry: '', codeFiles: null, codeApprovedBy: null };
const memory = { weightsBytes: 1, kvCacheBytes: 2.5 * GIB, activationBytes: 1, overheadBytes: 1, totalBytes: 1, nominalBytes: 1 };
const uuids = (node: number, cards: number) => Array.from({ length: cards }, (_, card) => `GPU-${node}${card}`);

interface Asked {
  readonly engine: EngineId;
  readonly cards?: number;
  readonly nodes?: number;
  readonly parameters?: string;
  readonly dataType?: string;
  readonly model?: Partial<Omit<typeof model, 'codeFiles' | 'codeApprovedBy'>> & { readonly codeFiles?: string[] | null; readonly codeApprovedBy?: string | null };
}

function launched({ engine, cards = 0, nodes = 1, parameters = '', dataType, model: over }: Asked, image = '') {
  const placements = Array.from({ length: nodes }, (_, node) => ({ nodeId: `n${node}`, nodeName: `n${node}`, gpuUuids: uuids(node, cards), availableBytes: 1 }));
  const plan = { contextLength: 8192, parallel: 4, memory, placements, dataType: dataType ?? null } as unknown as Plan;
  const wish = { mode: 'single' as const, engine, parameters, contextLength: 8192, parallel: 4 };
  const network = nodes > 1 ? { peers: placements.map((_, node) => ({ address: `10.0.0.${node + 1}`, dataPort: 30210 })), firstPort: 42000 } : undefined;
  return launchIntents({ serviceId: 's', serviceName: 'chat', wish }, engineById(engine), { ...model, ...over }, plan, network, image);
}
const argv = (asked: Asked) => launched(asked).map((intent) => intent.argv.join(' '));

describe('what engines are started with', () => {
  it.each<[string, Asked, string[]]>([
    ['llama.cpp', { engine: 'llama-cpp', parameters: '--threads 8' }, ['--ctx-size 8192 --parallel 4 --threads 8']],
    ['llama.cpp on one card: the context of all requests together', { engine: 'llama-cpp-gpu', cards: 1, parameters: '-fa on -ctk q8_0' }, ['--ctx-size 32768 --parallel 4 --n-gpu-layers 999 --flash-attn on --cache-type-k q8_0']],
    ['llama.cpp on two cards', { engine: 'llama-cpp-gpu', cards: 2 }, ['--ctx-size 32768 --parallel 4 --n-gpu-layers 999 --split-mode layer --tensor-split 1,1']],
    ['vLLM on a CPU', { engine: 'vllm-cpu' }, ['--max-model-len 8192 --max-num-seqs 4 --dtype bfloat16 --gpu-memory-utilization 0.5']],
    ['vLLM on a CPU with a type of one\'s own', { engine: 'vllm-cpu', parameters: '--dtype float32' }, ['--max-model-len 8192 --max-num-seqs 4 --gpu-memory-utilization 0.5 --dtype float32']],
    ['vLLM on one card', { engine: 'vllm', cards: 1 }, ['--max-model-len 8192 --max-num-seqs 4 --tensor-parallel-size 1 --pipeline-parallel-size 1 --gpu-memory-utilization 0.9']],
    ['vLLM on four cards, half precision', { engine: 'vllm', cards: 4, dataType: 'half' }, ['--max-model-len 8192 --max-num-seqs 4 --tensor-parallel-size 4 --pipeline-parallel-size 1 --gpu-memory-utilization 0.9 --dtype half']],
    ['vLLM across two nodes: the same on both', { engine: 'vllm', cards: 8, nodes: 2, parameters: '--gpu-memory-utilization 0.8 --reasoning-parser deepseek_r1' }, Array<string>(2).fill('--max-model-len 8192 --max-num-seqs 4 --tensor-parallel-size 8 --pipeline-parallel-size 2 --gpu-memory-utilization 0.8 --reasoning-parser deepseek_r1')],
    ['SGLang on two cards', { engine: 'sglang', cards: 2 }, ['--context-length 8192 --max-running-requests 4 --tp-size 2 --mem-fraction-static 0.88 --enable-metrics']],
    ['SGLang across two nodes', { engine: 'sglang', cards: 4, nodes: 2, parameters: '--mem-fraction-static 0.7' }, Array<string>(2).fill('--context-length 8192 --max-running-requests 4 --tp-size 8 --enable-metrics --mem-fraction-static 0.7')],
    ['a flag that rules over a field leaves the plan\'s value', { engine: 'vllm', cards: 1, parameters: '--max-model-len 8192 -q awq' }, ['--max-model-len 8192 --max-num-seqs 4 --tensor-parallel-size 1 --pipeline-parallel-size 1 --gpu-memory-utilization 0.9 --quantization awq']],
  ])('%s', (_, asked, lines) => expect(argv(asked)).toEqual(lines));

  it('runs code of a model only when it was approved, and where the engine can', () => {
    const code = { codeFiles: ['modeling.py'], codeApprovedBy: 'admin' };
    expect(argv({ engine: 'vllm', cards: 1, model: code })[0]).toMatch(/ --trust-remote-code$/);
    expect(argv({ engine: 'sglang', cards: 1, model: code })[0]).toMatch(/ --trust-remote-code$/);
    expect(argv({ engine: 'vllm', cards: 1, model: { ...code, codeApprovedBy: null } })[0]).not.toContain('trust');
    expect(argv({ engine: 'llama-cpp', model: code })[0]).not.toContain('trust');
  });

  it('gives the CPU backend whole GiB of KV space', () => {
    expect(launched({ engine: 'vllm-cpu' })[0]?.env).toEqual({ VLLM_CPU_KVCACHE_SPACE: '3', VLLM_CPU_OMP_THREADS_BIND: 'auto' });
    expect(launched({ engine: 'vllm', cards: 1 })[0]?.env).toEqual({});
  });

  it('gives members of a group their seats, and shared memory to cards only', () => {
    const [head, second] = launched({ engine: 'vllm', cards: 2, nodes: 2 });
    expect([head?.network, head?.group?.rank, second?.group?.rank, second?.group?.size]).toEqual([NetworkMode.DISTRIBUTED, 0, 1, 2]);
    expect(second?.gpuUuids).toEqual(['GPU-10', 'GPU-11']);
    expect([head?.shmBytes, launched({ engine: 'llama-cpp' })[0]?.shmBytes]).toEqual([10 * GIB, 0]);
  });

  it('reads parameters as they were planned: for the version of the image', () => {
    const parameters = '--max-num-queued-reqs 4';
    expect(launched({ engine: 'vllm', cards: 1, parameters }, 'vllm/vllm-openai:v0.32.0')[0]?.argv.slice(-2)).toEqual(['--max-num-queued-reqs', '4']);
    expect(() => launched({ engine: 'vllm', cards: 1, parameters })).toThrow(/vLLM 0\.18\.0 does not know/);
  });

  it('names the image that an administrator chose; a template brings its own', () => {
    expect(launched({ engine: 'vllm', cards: 1 }, 'mirror.example/vllm:1')[0]?.image).toBe('mirror.example/vllm:1');
    const own = customEngine({ id: 'custom-own', name: 'Own', description: '', hardware: 'cpu', formats: ['gguf'], image: 'own:1', entrypoint: ['own'], argv: ['-c', '{context_length}', '-n={parallel}', '{model_path}', '{"a": 1}'], env: { A: '1' }, healthPath: '/ok', metricsPath: '/m' });
    const plan = { contextLength: 512, parallel: 2, memory, placements: [{ gpuUuids: [] }], dataType: null } as unknown as Plan;
    const [intent] = launchIntents({ serviceId: 's', serviceName: 'chat', wish: { mode: 'cpu', engine: 'custom-own', parameters: '', contextLength: 512, parallel: 2 } }, own, model, plan, undefined, 'ignored:1');
    expect(intent).toMatchObject({ image: 'own:1', argv: ['-c', '512', '-n=2', '{model_path}', '{"a": 1}'], env: { A: '1' }, template: { command: ['own'], healthPath: '/ok', metricsPath: '/m' } });
  });
});
