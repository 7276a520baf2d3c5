import { readFile } from 'node:fs/promises';
import type { EngineRecord } from '../driver/index.js';

type Engine = Pick<EngineRecord, 'handle' | 'instanceId' | 'state'> & { readonly driver: string };

const LONGEST_ANCESTRY = 16;

/**
 * The instance a process works for, empty when it is none of ours: a container's id in its control group, or one of
 * its ancestors or its process group being an engine's.
 */
export async function ownerOf(pid: number, engines: readonly Engine[], readProc: (path: string) => Promise<string> = readText): Promise<string> {
  const running = engines.filter((engine) => engine.state === 'running' && engine.handle !== '');
  if (running.length === 0) return '';
  const containers = running.filter((engine) => engine.driver === 'docker');
  const cgroup = containers.length === 0 ? '' : await readProc(`/proc/${pid}/cgroup`);
  const container = containers.find((engine) => cgroup.includes(engine.handle));
  if (container) return container.instanceId;
  const processes = new Map(running.filter((engine) => engine.driver === 'process').map((engine) => [Number(engine.handle), engine.instanceId]));
  return processes.size === 0 ? '' : ancestorOwner(pid, processes, readProc);
}

async function ancestorOwner(pid: number, owners: ReadonlyMap<number, string>, readProc: (path: string) => Promise<string>): Promise<string> {
  let current = pid;
  for (let step = 0; step < LONGEST_ANCESTRY && current > 1; step++) {
    const own = owners.get(current);
    if (own !== undefined) return own;
    const stat = await readProc(`/proc/${current}/stat`);
    // The command name may hold anything: fields count from its last ")". State, parent, group.
    const [, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const byGroup = owners.get(Number(group));
    if (byGroup !== undefined) return byGroup;
    current = Number(parent ?? 0);
  }
  return '';
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return ''; // it ended while it was looked at
  }
}
