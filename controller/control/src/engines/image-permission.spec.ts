import { describe, expect, it } from 'vitest';
import { imageRefusals, type NodeImagePolicy } from './image-permission.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const policy = (over: Partial<NodeImagePolicy> = {}): NodeImagePolicy => ({
  nodeId: 'n1', nodeName: 'gpu-1', arch: 'x64', engine: 'vllm', image: 'vllm/vllm-openai:v1', repositories: ['vllm/vllm-openai'], digestOnly: false, ...over,
});
const of = (image: string, ...policies: NodeImagePolicy[]) => imageRefusals('vllm', () => image, policies);

describe('what nodes would say of an image', () => {
  it('is nothing where the policy lists its repository, or it is the node’s own image', () => {
    expect(of('vllm/vllm-openai:v2', policy())).toEqual([]);
    expect(of('vllm/vllm-openai:v1', policy({ digestOnly: true }))).toEqual([]);
    expect(of('mirror.example:5000/hub/vllm/vllm-openai:v2', policy({ repositories: ['mirror.example:5000/hub/vllm/vllm-openai'] }))).toEqual([]);
    expect(of('x/y:1', policy({ engine: 'sglang' }))).toEqual([]);
  });

  it('names the node, what it permits, and the line that its policy file needs', () => {
    expect(of('mirror.example:5000/vllm/vllm-openai:v1', policy())).toEqual([
      {
        nodeId: 'n1', nodeName: 'gpu-1', code: 'repository', message: 'gpu-1 permits vllm/vllm-openai, not mirror.example:5000/vllm/vllm-openai (engines.vllm.repositories)',
        policy: '"engines": { "vllm": { "repositories": ["vllm/vllm-openai","mirror.example:5000/vllm/vllm-openai"] } }',
      },
    ]);
  });

  it('asks for a digest where the node wants one, and says so where an agent does not tell', () => {
    expect(of('vllm/vllm-openai:v2', policy({ digestOnly: true }))).toMatchObject([{ code: 'digest', policy: '' }]);
    expect(of(`vllm/vllm-openai@${DIGEST}`, policy({ digestOnly: true }))).toEqual([]);
    expect(of('vllm/vllm-openai:v2', policy({ repositories: undefined }))).toMatchObject([{ code: 'unknown' }]);
  });

  it('looks at the image that the node’s architecture would get', () => {
    expect(imageRefusals('vllm', (arch) => `vllm/${arch}:v1`, [policy({ repositories: ['vllm/x64'] }), policy({ nodeName: 'arm-1', arch: 'arm64', repositories: ['vllm/x64'] })]).map(({ nodeName }) => nodeName)).toEqual(['arm-1']);
  });
});
