import { UserError, type Ports, type Settings } from '../install/index.js';
import { describeOwner } from './port-owner.js';
import { tryPort } from './free-port.js';

const OPTIONS: Partial<Record<keyof Ports, string>> = { console: '--port-console', gateway: '--port-gateway', agents: '--port-agents', grpc: '--port-grpc' };

/**
 * Makes sure that every listener can be opened. The local agent's data port is ours to move; each of the others
 * belongs to somebody's bookmark or firewall rule, so a taken one is an error that names its owner.
 * @throws UserError
 */
export async function planPorts(settings: Settings): Promise<Settings> {
  const problems: string[] = [];
  const clash = firstClash(settings.ports);
  if (clash) problems.push(`port ${clash.port} is given for ${clash.names.join(' and ')}: choose different ones`);
  for (const [name, option] of Object.entries(OPTIONS) as [keyof Ports, string][]) {
    const problem = await whyNot(settings.host, settings.ports[name], option);
    if (problem !== undefined) problems.push(problem);
  }
  if (problems.length > 0) throw new UserError(problems.join('\n'), 69); // EX_UNAVAILABLE
  return { ...settings, ports: { ...settings.ports, data: await dataPort(settings) } };
}

/**
 * Makes sure that the data port of an agent that is alone here can be opened. It is never moved: the machine's
 * firewall was opened for it.
 * @throws UserError
 */
export async function requireDataPort(host: string, port: number): Promise<void> {
  const problem = await whyNot(host, port, '--data-port');
  if (problem !== undefined) throw new UserError(problem, 69);
}

async function whyNot(host: string, port: number, option: string): Promise<string | undefined> {
  try {
    if ((await tryPort(host, port)) !== undefined) return undefined;
  } catch (error) {
    return `port ${port} on ${host} cannot be opened (${(error as Error).message}): choose another with ${option}`;
  }
  return `port ${port} is taken by ${await describeOwner(port)}: stop it, or choose another port with ${option}`;
}

async function dataPort({ host, ports }: Settings): Promise<number> {
  const taken = new Set([ports.console, ports.gateway, ports.agents, ports.grpc]);
  if (!taken.has(ports.data) && (await tryPort(host, ports.data)) !== undefined) return ports.data;
  const free = await tryPort(host, 0);
  if (free === undefined) throw new UserError(`no free port on ${host} for the local agent`, 69);
  return free;
}

function firstClash(ports: Ports): { port: number; names: string[] } | undefined {
  for (const port of new Set(Object.values(ports) as number[])) {
    const names = Object.entries(OPTIONS).filter(([name]) => ports[name as keyof Ports] === port).map(([, option]) => option);
    if (names.length > 1) return { port, names };
  }
  return undefined;
}
