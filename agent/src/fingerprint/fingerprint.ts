import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import type { DriverInfo, Inventory, NodeEngine } from '@openstation/proto';
import type { DeviceSnapshot } from '../devices/index.js';
import { permittedRepositories, type NodePolicy } from '../policy/index.js';
import type { DiskSpaces } from './disk-space.js';
import type { HostFacts } from './host-facts.js';
import { networkInterfacesOf } from './interfaces.js';
import { diskMounts, mountOf, parseMounts, type Mount } from './mounts.js';

export interface FingerprintParts {
  readonly dataDir: string;
  readonly policy: NodePolicy;
  readonly host: HostFacts;
  /** As the configuration says; empty: as found. */
  readonly serviceManager: string;
  readonly disks: DiskSpaces;
  readonly devices: () => DeviceSnapshot;
  readonly drivers: () => readonly DriverInfo[];
  readonly addresses: () => readonly string[];
  readonly dataPort: () => number;
}

/** Everything this node is made of, as known now: it waits for nobody that may hang. */
export async function takeInventory(parts: FingerprintParts): Promise<Inventory> {
  const { host, policy } = parts;
  const mounts = await currentMounts();
  const chosen = diskMounts(mounts, parts.dataDir);
  const [spaces, interfaces] = await Promise.all([Promise.all(chosen.map((mount) => parts.disks.of(mount))), networkInterfacesOf(networkInterfaces())]);
  const own = mountOf(mounts, parts.dataDir);
  const ownBytes = spaces[chosen.findIndex((mount) => mount.deviceNumber === own?.deviceNumber)]?.totalBytes ?? 0;
  const devices = parts.devices();
  const drivers = parts.drivers().map(({ name, available, version, message }) => ({ name, available, version, message }));
  return {
    ...host,
    serviceManager: parts.serviceManager || host.serviceManager,
    diskBytes: ownBytes,
    modelDiskBytes: ownBytes,
    gpus: [...devices.gpus],
    gpuError: devices.error,
    drivers,
    addresses: [...parts.addresses()],
    dataPort: parts.dataPort(),
    engines: nodeEngines(policy, drivers),
    disks: chosen.map(({ path, device, fileSystem }, at) => ({ mount: path, device, fileSystem, bytes: spaces[at]?.totalBytes ?? 0 })),
    interfaces,
    modelRoots: [...policy.modelRoots],
  };
}

/** Engines of the policy that a driver of this node can carry; a local program is named before an image. */
export function nodeEngines(policy: NodePolicy, drivers: readonly DriverInfo[]): NodeEngine[] {
  const available = new Set(drivers.filter((driver) => driver.available).map((driver) => driver.name));
  const engines: NodeEngine[] = [];
  for (const [engine, way] of Object.entries(policy.engines)) {
    if (way.process && available.has('process')) engines.push({ engine, driver: 'process', version: way.process.version, repositories: permittedRepositories(way), digestOnly: policy.requireDigest });
    if ((way.image !== undefined || way.repositories.length > 0) && available.has('docker')) engines.push({ engine, driver: 'docker', version: way.image ?? '', repositories: permittedRepositories(way), digestOnly: policy.requireDigest });
  }
  return engines;
}

export async function currentMounts(): Promise<Mount[]> {
  return parseMounts(await readFile('/proc/self/mountinfo', 'utf8'));
}
