import { readFile, readdir } from 'node:fs/promises';
import { arch, cpus, hostname, release } from 'node:os';
import type { Inventory } from '@openstation/proto';
import { Tool } from '../devices/index.js';
import { parseMemory, parseOsName } from './proc-files.js';

const LIBC_WITHIN_MS = 2000;

export type HostFacts = Pick<Inventory, 'hostname' | 'os' | 'kernel' | 'arch' | 'cpuModel' | 'cpuCores' | 'memoryBytes' | 'machineId' | 'bootId' | 'libc' | 'serviceManager'>;

/** What does not change while the machine runs; a file that a minimal system lacks leaves its fact empty. */
export async function hostFacts(): Promise<HostFacts> {
  const [osRelease, meminfo, machine, boot, cgroup, cpuinfo] = await Promise.all([
    readText('/etc/os-release'), readText('/proc/meminfo'), machineId(), bootId(), readText('/proc/self/cgroup'), readText('/proc/cpuinfo'),
  ]);
  const cores = cpus();
  return {
    hostname: hostname(),
    os: parseOsName(osRelease),
    kernel: release(),
    arch: arch(),
    cpuModel: cpuModel(cores[0]?.model ?? '', cpuinfo),
    cpuCores: cores.length,
    memoryBytes: parseMemory(meminfo).totalBytes ?? 0,
    machineId: machine,
    bootId: boot,
    libc: await libcOf(),
    serviceManager: serviceManagerOf(cgroup),
  };
}

async function machineId(): Promise<string> {
  return (await readText('/etc/machine-id')).trim();
}

async function bootId(): Promise<string> {
  return (await readText('/proc/sys/kernel/random/boot_id')).trim();
}

/** Node says "unknown" on many ARM machines; the kernel has other names for it there. */
export function cpuModel(told: string, cpuinfo: string): string {
  const name = told.trim();
  if (name !== '' && name.toLowerCase() !== 'unknown') return name.replaceAll(/\s+/g, ' ');
  const value = (key: string): string => new RegExp(`^${key}\\s*:\\s*(.+)$`, 'mi').exec(cpuinfo)?.[1]?.trim() ?? '';
  return value('model name') || value('Hardware') || value('Model') || [value('CPU implementer'), value('CPU part')].filter((part) => part !== '').join(' ');
}

/** The unit of the agent, whatever its slice. Other keepers name themselves in the agent's configuration. */
export function serviceManagerOf(cgroup: string): string {
  return /\/openstation-agent[^/\n]*\.service(\/|$)/m.test(cgroup) ? 'systemd' : '';
}

/** getconf is part of glibc and unknown elsewhere. Node could tell, in a report that costs megabytes. */
async function libcOf(): Promise<string> {
  const { kind, exitCode, stdout } = await new Tool('getconf', LIBC_WITHIN_MS).run(['GNU_LIBC_VERSION']);
  const glibc = /^glibc \d+\.\d+/.exec(stdout)?.[0];
  if (kind === 'ended' && exitCode === 0 && glibc !== undefined) return glibc;
  return (await namesIn('/lib')).some((name) => name.startsWith('ld-musl-')) ? 'musl' : '';
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch {
    return []; // not every system has one
  }
}

export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return ''; // minimal and hardened systems lack some of these files: an empty answer is honest
  }
}
