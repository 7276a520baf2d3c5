import { readFile, statfs } from 'node:fs/promises';
import { arch, cpus, hostname, release } from 'node:os';
import type { DriverInfo, Inventory, NodeEngine } from '@openstation/proto';
import type { EngineDriver } from '../driver/index.js';
import type { NodePolicy } from '../policy/index.js';
import type { NvidiaSmi } from './nvidia-smi.js';
import { parseMemory, parseOsName } from './proc-files.js';

export interface FingerprintParts {
  readonly dataDir: string;
  readonly drivers: readonly EngineDriver[];
  readonly policy: NodePolicy;
  readonly gpus: NvidiaSmi;
  readonly addresses: readonly string[];
  readonly dataPort: () => number;
}

/** Everything this node is made of, measured now. */
export async function takeInventory(parts: FingerprintParts): Promise<Inventory> {
  const [gpus, drivers, meminfo, osRelease, disk] = await Promise.all([
    parts.gpus.survey(),
    Promise.all(parts.drivers.map(driverInfo)),
    readFile('/proc/meminfo', 'utf8'),
    readText('/etc/os-release'),
    statfs(parts.dataDir),
  ]);
  const cores = cpus();
  return {
    hostname: hostname(),
    os: parseOsName(osRelease),
    kernel: release(),
    arch: arch(),
    cpuModel: cores[0]?.model.trim() ?? '',
    cpuCores: cores.length,
    memoryBytes: parseMemory(meminfo).totalBytes,
    diskBytes: disk.blocks * disk.bsize,
    gpus: gpus.readings.map((reading) => reading.gpu),
    machineId: await machineId(),
    bootId: await bootId(),
    drivers,
    addresses: [...parts.addresses],
    dataPort: parts.dataPort(),
    engines: nodeEngines(parts.policy, drivers),
    gpuError: gpus.error,
    libc: '',
    disks: [],
    interfaces: [],
    modelDiskBytes: disk.blocks * disk.bsize,
    serviceManager: '',
    modelRoots: [],
  };
}

/** Of the running kernel: another one after every start of the machine. */
export async function bootId(): Promise<string> {
  return (await readText('/proc/sys/kernel/random/boot_id')).trim();
}

export async function machineId(): Promise<string> {
  return (await readText('/etc/machine-id')).trim();
}

/** Engines of the policy that a driver of this node can carry; a local program is named before an image. */
export function nodeEngines(policy: NodePolicy, drivers: readonly DriverInfo[]): NodeEngine[] {
  const available = new Set(drivers.filter((driver) => driver.available).map((driver) => driver.name));
  const engines: NodeEngine[] = [];
  for (const [engine, way] of Object.entries(policy.engines)) {
    if (way.process && available.has('process')) engines.push({ engine, driver: 'process', version: way.process.version });
    if ((way.image !== undefined || way.repositories.length > 0) && available.has('docker')) engines.push({ engine, driver: 'docker', version: way.image ?? '' });
  }
  return engines;
}

async function driverInfo(driver: EngineDriver): Promise<DriverInfo> {
  const { available, version, message } = await driver.fingerprint();
  return { name: driver.name, available, version, message };
}

/** Minimal systems lack some of these files: an empty answer is honest. */
async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
