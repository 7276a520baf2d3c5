import type { ContainerCreateOptions } from 'dockerode';
import type { EngineLayout, EngineSpec } from '../driver.js';
import { engineName } from '../engine-name.js';

export const MODEL_PATH = '/model';
export const KEY_PATH = '/run/openstation/api-key';
export const CACHE_PATH = '/cache';
export const ENGINE_PORT = 8000;
export const ENGINE_USER = 10001;
export const ENGINE_NETWORK = 'openstation-engines';
const PIDS_LIMIT = 4096;
const DEFAULT_SHM_BYTES = 64 * 1024 * 1024;
const TMP_OPTIONS = 'rw,noexec,nosuid,nodev,size=1073741824';

export interface ContainerSite {
  readonly clusterId: string;
  readonly specSha256: string;
  /** Writable directory of this instance on the node. */
  readonly cacheDir: string;
  /** Id of the engines' network on this node. */
  readonly network: string;
  readonly layout: EngineLayout;
}

/**
 * The one template of an engine container. Nothing in it can be widened by an intent: no capability, no
 * writable mount but the instance's own cache, no published port, no shared namespace, no restart by Docker.
 */
export function containerOptions(spec: EngineSpec, site: ContainerSite): ContainerCreateOptions & { name: string } {
  const [program = '', ...args] = spec.commandLine;
  return {
    name: engineName(spec.instanceId, spec.generation),
    Image: spec.image,
    Entrypoint: [program],
    Cmd: args,
    User: `${ENGINE_USER}:${ENGINE_USER}`,
    WorkingDir: CACHE_PATH,
    Env: environment(spec),
    Labels: {
      'os.cluster': site.clusterId,
      'os.instance': spec.instanceId,
      'os.generation': String(spec.generation),
      'os.engine': spec.engine,
      'os.port': String(site.layout.port),
      'os.spec_sha256': site.specSha256,
    },
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      Privileged: false,
      Init: true,
      IpcMode: 'private',
      PidsLimit: PIDS_LIMIT,
      ShmSize: spec.shmBytes > 0 ? spec.shmBytes : DEFAULT_SHM_BYTES,
      ...(spec.memoryLimitBytes > 0 ? { Memory: spec.memoryLimitBytes, MemorySwap: spec.memoryLimitBytes } : {}),
      ...(spec.cpuCores > 0 ? { NanoCpus: spec.cpuCores * 1_000_000_000 } : {}),
      Mounts: [
        { Type: 'bind', Source: spec.place.modelDir, Target: MODEL_PATH, ReadOnly: true },
        { Type: 'bind', Source: spec.place.keyFile, Target: KEY_PATH, ReadOnly: true },
        { Type: 'bind', Source: site.cacheDir, Target: CACHE_PATH, ReadOnly: false },
      ],
      Tmpfs: { '/tmp': TMP_OPTIONS },
      NetworkMode: spec.place.distributed ? 'host' : site.network,
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '50m', 'max-file': '3' } },
      ...(spec.gpuUuids.length > 0 ? { DeviceRequests: [{ Driver: '', DeviceIDs: [...spec.gpuUuids], Capabilities: [['gpu']] }] } : {}),
    },
  };
}

/** Sorted, so that equal specifications give equal containers. Engines cache and compile below their own directory. */
function environment(spec: EngineSpec): string[] {
  const variables = { HOME: CACHE_PATH, XDG_CACHE_HOME: CACHE_PATH, TMPDIR: CACHE_PATH, ...spec.env };
  return Object.entries(variables).map(([name, value]) => `${name}=${value}`).sort();
}
