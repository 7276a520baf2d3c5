import { expect, it } from 'vitest';
import type { EngineSpec } from '../driver.js';
import { containerOptions } from './container-options.js';
import { PullProgress } from './pull-progress.js';

const spec: EngineSpec = {
  instanceId: 'i-1', generation: 2, engine: 'vllm', image: 'vllm/vllm-openai:v1', commandLine: ['vllm', 'serve', '/model'], env: { HF_HUB_OFFLINE: '1' },
  place: { modelDir: '/data/models/abc', keyFile: '/data/instances/os-i-1-g2/api-key', port: 41000, distributed: false },
  readPaths: ['/never/mounted'], gpuUuids: ['GPU-1', 'GPU-2'], shmBytes: 1024, memoryLimitBytes: 4096, cpuCores: 2,
};
const site = { clusterId: 'c-1', specSha256: 'abc', cacheDir: '/data/instances/os-i-1-g2/cache', network: 'n-1', layout: { modelDir: '/model', keyFile: '/run/openstation/api-key', host: '0.0.0.0', port: 8000 } };

it('builds exactly this container', () => {
  expect(containerOptions(spec, site)).toEqual({
    name: 'os-i-1-g2',
    Image: 'vllm/vllm-openai:v1',
    Entrypoint: ['vllm'],
    Cmd: ['serve', '/model'],
    User: '10001:10001',
    WorkingDir: '/cache',
    Env: ['HF_HUB_OFFLINE=1', 'HOME=/cache', 'TMPDIR=/cache', 'XDG_CACHE_HOME=/cache'],
    Labels: { 'os.cluster': 'c-1', 'os.instance': 'i-1', 'os.generation': '2', 'os.engine': 'vllm', 'os.port': '8000', 'os.spec_sha256': 'abc' },
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      Privileged: false,
      Init: true,
      IpcMode: 'private',
      PidsLimit: 4096,
      ShmSize: 1024,
      Memory: 4096,
      MemorySwap: 4096,
      NanoCpus: 2_000_000_000,
      Mounts: [
        { Type: 'bind', Source: '/data/models/abc', Target: '/model', ReadOnly: true },
        { Type: 'bind', Source: '/data/instances/os-i-1-g2/api-key', Target: '/run/openstation/api-key', ReadOnly: true },
        { Type: 'bind', Source: '/data/instances/os-i-1-g2/cache', Target: '/cache', ReadOnly: false },
      ],
      Tmpfs: { '/tmp': 'rw,noexec,nosuid,nodev,size=1073741824' },
      NetworkMode: 'n-1',
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '50m', 'max-file': '3' } },
      DeviceRequests: [{ Driver: '', DeviceIDs: ['GPU-1', 'GPU-2'], Capabilities: [['gpu']] }],
    },
  });
});

it('uses the host network for engines over several nodes only', () => {
  expect(containerOptions({ ...spec, place: { ...spec.place, distributed: true } }, site).HostConfig?.NetworkMode).toBe('host');
});

it('pull progress never falls and ends at one', () => {
  const progress = new PullProgress();
  const steps = [
    { id: '1.2', status: 'Pulling from a/b' }, { id: 'a', status: 'Pulling fs layer' }, { id: 'b', status: 'Pulling fs layer' },
    { id: 'a', status: 'Downloading', progressDetail: { current: 50, total: 100 } }, { id: 'b', status: 'Already exists' },
    { id: 'a', status: 'Download complete' }, { id: 'a', status: 'Extracting', progressDetail: { current: 50, total: 100 } }, { id: 'a', status: 'Pull complete' },
    { status: 'Digest: sha256:…' },
  ];
  const ratios = steps.map((step) => progress.accept(step));
  expect(ratios).toEqual([...ratios].sort((x, y) => x - y));
  expect(ratios.at(-1)).toBe(1);
});
