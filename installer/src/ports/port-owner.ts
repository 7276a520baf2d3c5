import { readdir, readFile, readlink } from 'node:fs/promises';
import { parseSocketTable } from './socket-table.js';

export interface PortOwner {
  readonly pid: number;
  readonly command: string;
}

/** Processes that listen on the port, as far as this user may see them; `hidden` when a socket belongs to one that is not shown. */
export async function portOwners(port: number, proc = '/proc'): Promise<{ owners: PortOwner[]; hidden: boolean }> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`${proc}/net/${name}`, 'utf8').catch(() => '')));
  const inodes = new Set(tables.flatMap(parseSocketTable).filter((socket) => socket.port === port).map((socket) => `socket:[${socket.inode}]`));
  if (inodes.size === 0) return { owners: [], hidden: false };
  const pids = (await readdir(proc)).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => ((await holdsOneOf(proc, pid, inodes)) ? [{ pid, command: await commandOf(proc, pid) }] : [])));
  const owners = found.flat();
  return { owners, hidden: owners.length === 0 };
}

/** "pid 123 (node server.js)", or what is known when the process is somebody else's. */
export async function describeOwner(port: number): Promise<string> {
  const { owners, hidden } = await portOwners(port);
  if (owners.length > 0) return owners.map((owner) => `pid ${owner.pid} (${owner.command})`).join(', ');
  return hidden ? "another user's process" : 'a process that could not be found';
}

async function holdsOneOf(proc: string, pid: number, inodes: ReadonlySet<string>): Promise<boolean> {
  try {
    const descriptors = await readdir(`${proc}/${pid}/fd`);
    const targets = await Promise.all(descriptors.map((descriptor) => readlink(`${proc}/${pid}/fd/${descriptor}`).catch(() => '')));
    return targets.some((target) => inodes.has(target));
  } catch {
    return false; // ended meanwhile, or another user's
  }
}

async function commandOf(proc: string, pid: number): Promise<string> {
  const words = (await readFile(`${proc}/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0').filter((word) => word !== '');
  const text = words.join(' ');
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
}
