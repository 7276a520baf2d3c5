import { NetworkMode, type LaunchIntent } from '@openstation/proto';
import { describe, expect, it } from 'vitest';
import { defaultPolicy } from './default-policy.js';
import { parseImageReference } from './image-reference.js';
import { refusal } from './intent-check.js';

const policy = defaultPolicy(undefined, 'x64');
const intent: LaunchIntent = {
  serviceId: 's', serviceName: 'tiny', engine: 'vllm', image: '', argv: ['--max-model-len', '4096', '--enable-prefix-caching'], env: {}, model: undefined,
  gpuUuids: [], shmBytes: 0, network: NetworkMode.SINGLE, group: undefined, template: undefined, memoryLimitBytes: 0, cpuCores: 0, loadDeadlineSeconds: 0,
};
const check = (changes: Partial<LaunchIntent>, running = 0) => refusal(policy, { ...intent, ...changes }, running);

describe('node policy', () => {
  it('permits an ordinary intent', () => {
    expect(check({})).toBeUndefined();
    expect(check({ image: `vllm/vllm-openai@sha256:${'a'.repeat(64)}` })).toBeUndefined();
    const split = ['--ctx-size', '8192', '--parallel', '2', '--n-gpu-layers', '999', '--split-mode', 'layer', '--tensor-split', '1,1'];
    expect(check({ engine: 'llama-cpp-gpu', image: 'ghcr.io/ggml-org/llama.cpp:server-cuda-b10600', argv: split })).toBeUndefined();
    expect(check({ argv: ['--default-chat-template-kwargs', '{"enable_thinking": false}', '-tp', '2', '--gpu-memory-utilization=0.9'] })).toBeUndefined();
  });

  it.each([
    ['an engine it does not know', { engine: 'evil' }, 'engines'],
    ['a foreign image', { image: 'evil/image:1' }, 'repositories'],
    ['a look-alike repository', { image: 'vllm/vllm-openai-x:1' }, 'repositories'],
    ['something that is no image', { image: '--privileged' }, 'not an image reference'],
    ['a variable outside the list', { env: { FOO: '1' } }, 'envNames'],
    ['a preloaded library', { env: { LD_PRELOAD: '/x.so' } }, 'never accepted'],
    ['node options', { env: { NODE_OPTIONS: '--require /x' } }, 'never accepted'],
    ['another host', { argv: ['--host', '0.0.0.0'] }, '--host'],
    ['another host, joined', { argv: ['--host=0.0.0.0'] }, '--host'],
    ['another host, abbreviated', { argv: ['--hos', '0.0.0.0'] }, '--hos'],
    ['a flag in another spelling', { argv: ['--api_key', 'x'] }, '--api_key'],
    ['a family of flags', { argv: ['--ssl-keyfile', 'x'] }, '--ssl-keyfile'],
    ['a key of a flag with a JSON value', { argv: ['--kv_transfer_config.kv_connector=x'] }, '--kv_transfer_config'],
    ['a flag that deletes the model', { argv: ['--delete-ckpt-after-loading'] }, '--delete-ckpt'],
    ['a short flag', { argv: ['-m', 'x'] }, '-m'],
    ['an absolute path', { argv: ['--chat-template', '/etc/shadow'] }, 'names a path'],
    ['a joined path', { argv: ['--chat-template=../../etc/shadow'] }, 'names a path'],
    ['code of the model', { argv: ['--trust-remote-code'] }, 'trustRemoteCode'],
    ['host networking', { network: NetworkMode.DISTRIBUTED }, 'distributed'],
    ['too much shared memory', { shmBytes: 2 ** 40 }, 'maxShmBytes'],
    ['a device that is no GPU', { gpuUuids: ['all'] }, 'UUID'],
  ])('refuses %s and names it', (_title, changes, named) => {
    expect(check(changes)).toContain(named);
  });

  it('offers llama.cpp on cards where its image is made for the processor', () => {
    expect(['x64', 'arm64'].map((arch) => 'llama-cpp-gpu' in defaultPolicy(undefined, arch).engines)).toEqual([true, false]);
  });

  it('counts instances', () => {
    expect(check({}, 63)).toBeUndefined();
    expect(check({}, 64)).toContain('maxInstances');
  });

  it('asks for a digest when the node wants one', () => {
    expect(refusal({ ...policy, requireDigest: true }, { ...intent, image: 'vllm/vllm-openai:v0.18.0' }, 0)).toBeUndefined();
    expect(refusal({ ...policy, requireDigest: true }, { ...intent, image: 'vllm/vllm-openai:v1' }, 0)).toContain('requireDigest');
  });

  it('takes image references apart', () => {
    expect(parseImageReference('registry.local:5000/a/b:1.2')).toEqual({ repository: 'registry.local:5000/a/b', tag: '1.2', digest: undefined });
    expect(parseImageReference('a/b')).toEqual({ repository: 'a/b', tag: undefined, digest: undefined });
    expect(parseImageReference('a/b@sha256:12')).toBeUndefined();
  });
});
