import { dirname, join } from 'node:path';
import type { Clone, DataDirectory, Joining, Settings } from '../install/index.js';

/** Boot configuration of the three processes, as their `--config` files hold it. Pure. */
export interface Configurations {
  readonly control: object;
  readonly gateway: object;
  readonly agent: object;
}

export interface Machine {
  readonly hostname: string;
  /** Non-internal IPv4 addresses. */
  readonly addresses: readonly string[];
}

export function configurations(data: DataDirectory, clone: Clone, settings: Settings, machine: Machine): Configurations {
  const { host, ports } = settings;
  const controlAddress = `127.0.0.1:${ports.grpc}`;
  const names = isLoopback(host) ? [] : [machine.hostname, ...machine.addresses];
  return {
    control: {
      dataDir: data.control,
      console: { host, port: ports.console, publicHosts: [...new Set(['localhost', '127.0.0.1', ...names])] },
      agents: { host, port: ports.agents, archiveDir: clone.agentArchives },
      enrolment: { host, port: ports.grpc },
      gateway: { publicPort: ports.gateway },
      models: { importRoots: [dirname(dirname(clone.bundledModel)), ...settings.importRoots] },
      webRoot: clone.webRoot,
    },
    gateway: { dataDir: data.gateway, listen: { host, port: ports.gateway }, control: { address: controlAddress }, joinTokenFile: joinTokenFile(data, 'gateway') },
    agent: {
      dataDir: data.agent,
      control: { address: controlAddress },
      data: { host, port: ports.data, addresses: isLoopback(host) ? [host] : [] },
      joinTokenFile: joinTokenFile(data, 'agent'),
    },
  };
}

/** The agent of a machine that has nothing else of ours. */
export function agentConfiguration(data: DataDirectory, { control, name, dataHost, dataPort }: Joining): object {
  return {
    dataDir: data.agent,
    // One less than a display name may have: a longer one is the token's and does not come from here.
    ...(name === undefined ? {} : { name: name.slice(0, 63) }),
    control: { address: control },
    data: { host: dataHost, port: dataPort },
    joinTokenFile: joinTokenFile(data, 'agent'),
  };
}

export function joinTokenFile(data: DataDirectory, member: 'gateway' | 'agent'): string {
  return join(data.run, `${member}.join-token`);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
