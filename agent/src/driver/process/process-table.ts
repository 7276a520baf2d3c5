import { readdir, readFile } from 'node:fs/promises';

/** One process for ever: a pid alone is handed out again, pid + start ticks + boot are not. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTicks: number;
  readonly bootId: string;
}

interface ProcessStat {
  readonly pid: number;
  readonly state: string;
  readonly groupId: number;
  readonly startTicks: number;
}

export async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

/** True while exactly this process exists and is not a zombie. */
export async function isAlive(identity: ProcessIdentity, currentBootId: string): Promise<boolean> {
  if (identity.bootId !== currentBootId) return false;
  const stat = await readStat(identity.pid);
  return stat !== undefined && stat.startTicks === identity.startTicks && stat.state !== 'Z' && stat.state !== 'X';
}

/** Fields of /proc/<pid>/stat; the command name may contain anything, so everything is read after its last ")". */
export function parseStat(text: string): ProcessStat | undefined {
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  const [state = ''] = fields;
  const groupId = Number(fields[2]);
  const startTicks = Number(fields[19]);
  const pid = Number.parseInt(text, 10);
  return end > 0 && Number.isInteger(pid) && Number.isFinite(startTicks) ? { pid, state, groupId, startTicks } : undefined;
}

/** The process whose argument list contains exactly this argument; used when a wrapper had no time to write its pid. */
export async function findByArgument(argument: string): Promise<ProcessIdentity | undefined> {
  const boot = await bootId();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const commandLine = await readOrUndefined(`/proc/${entry}/cmdline`);
    if (commandLine === undefined || !commandLine.split('\0').slice(0, 3).includes(argument)) continue;
    const stat = await readStat(Number(entry));
    if (stat && stat.state !== 'Z') return { pid: stat.pid, startTicks: stat.startTicks, bootId: boot };
  }
  return undefined;
}

/** Processes of a group that carry this variable in their first environment. */
export async function membersOfGroup(groupId: number, variable: string): Promise<number[]> {
  const members: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readStat(Number(entry));
    if (stat?.groupId !== groupId || stat.state === 'Z') continue;
    const environment = await readOrUndefined(`/proc/${entry}/environ`);
    if (environment?.split('\0').includes(variable)) members.push(stat.pid);
  }
  return members;
}

/** Resident memory of a process and all its descendants, in bytes. */
export function treeMemoryBytes(pid: number): Promise<number> {
  return overTree(pid, async (one) => 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec((await readOrUndefined(`/proc/${one}/status`)) ?? '')?.[1] ?? 0));
}

/**
 * What a process and its descendants have read, in bytes: by calls or, of mapped files, from the disk (the larger of both).
 * The kernel counts mapped pages only when they come from the disk.
 */
export function treeReadBytes(pid: number): Promise<number> {
  return overTree(pid, async (one) => {
    const io = (await readOrUndefined(`/proc/${one}/io`)) ?? '';
    const count = (name: string): number => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(io)?.[1] ?? 0);
    return Math.max(count('rchar'), count('read_bytes'));
  });
}

async function overTree(pid: number, measure: (pid: number) => Promise<number>): Promise<number> {
  const own = await measure(pid);
  const children = (await readOrUndefined(`/proc/${pid}/task/${pid}/children`))?.trim().split(' ').filter(Boolean) ?? [];
  const below = await Promise.all(children.map((child) => overTree(Number(child), measure)));
  return own + below.reduce((sum, bytes) => sum + bytes, 0);
}

async function readStat(pid: number): Promise<ProcessStat | undefined> {
  const text = await readOrUndefined(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseStat(text);
}

/** Processes end while they are read: ENOENT and ESRCH mean gone. */
async function readOrUndefined(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return undefined;
    throw error;
  }
}
