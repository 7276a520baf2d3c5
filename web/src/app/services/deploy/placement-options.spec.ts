import { describe, expect, it } from 'vitest';
import type { Model, Node } from '../../api';
import { eligibleNodeIds, modeOptions, nodeOptions } from './placement-options';

function node(id: string, gpus: number, state: Node['state'] = 'healthy'): Node {
  return { id, name: id, state, gpus: Array.from({ length: gpus }, () => ({})) } as unknown as Node;
}
const gguf = { format: 'gguf' } as Model;
const safetensors = { format: 'safetensors' } as Model;
const blocks = (nodes: Node[], model: Model | null) => modeOptions(nodes, model).map((option) => option.blocked);

describe('deployment modes', () => {
  it('leaves only CPU on a cluster without graphics cards', () => {
    expect(blocks([node('a', 0)], gguf)).toEqual(['noGpu', 'noGpu', null]);
  });

  it('needs two GPU nodes for one distributed instance', () => {
    expect(blocks([node('a', 2), node('b', 0)], safetensors)).toEqual([null, 'oneGpuNode', null]);
    expect(blocks([node('a', 2), node('b', 1)], safetensors)).toEqual([null, null, null]);
  });

  it('does not offer to distribute a GGUF file', () => {
    expect(blocks([node('a', 2), node('b', 1)], gguf)[1]).toBe('format');
  });

  it('counts only healthy nodes', () => {
    expect(blocks([node('a', 2, 'unreachable')], safetensors)).toEqual(['noGpu', 'noGpu', 'noNode']);
  });
});

describe('nodes to choose from', () => {
  it('puts choosable nodes first and says why the others are not', () => {
    const options = nodeOptions([node('z-down', 1, 'unreachable'), node('cpu', 0), node('gpu', 1)], 'single');
    expect(options.map((option) => [option.node.id, option.blocked])).toEqual([['gpu', null], ['cpu', 'noGpu'], ['z-down', 'unreachable']]);
  });

  it('allows a GPU node to serve on its processor', () => {
    expect([...eligibleNodeIds([node('cpu', 0), node('gpu', 1)], 'cpu')].sort()).toEqual(['cpu', 'gpu']);
  });
});
