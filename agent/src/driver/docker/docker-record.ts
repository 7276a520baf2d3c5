import type { ContainerInfo } from 'dockerode';
import type { EngineRecord } from '../driver.js';
import { parseEngineName } from '../engine-name.js';

export interface Ending {
  readonly exitCode: number;
  readonly oomKilled: boolean;
}

/** One entry of Docker's container list as an engine; undefined when it is not one of ours. */
export function toRecord(container: ContainerInfo, ending: Ending | undefined): EngineRecord | undefined {
  const name = container.Names[0]?.replace(/^\//, '') ?? '';
  const labels = container.Labels;
  const parsed = parseEngineName(name);
  if (!parsed || parsed.instanceId !== labels['os.instance']) return undefined;
  const running = container.State === 'running' || container.State === 'paused';
  return {
    name,
    handle: container.Id,
    ...parsed,
    engine: labels['os.engine'] ?? '',
    specSha256: labels['os.spec_sha256'] ?? '',
    state: running ? 'running' : ending ? 'exited' : 'created',
    exitCode: ending?.exitCode,
    oomKilled: ending?.oomKilled ?? false,
    endpoint: running ? endpoint(container) : undefined,
  };
}

function endpoint(container: ContainerInfo): EngineRecord['endpoint'] {
  const port = Number(container.Labels['os.port']);
  if (container.HostConfig.NetworkMode === 'host') return { host: '127.0.0.1', port };
  const address = Object.values(container.NetworkSettings.Networks).find((network) => network.IPAddress !== '')?.IPAddress;
  return address === undefined ? undefined : { host: address, port };
}
