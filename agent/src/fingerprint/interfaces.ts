import { readFile, readdir } from 'node:fs/promises';
import type { NetworkInterfaceInfo } from 'node:os';
import { join } from 'node:path';
import type { NetworkInterface } from '@openstation/proto';
import { isVirtualInterface } from './proc-files.js';

type AddressTable = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** Interfaces that lead out of this machine, by name, up or not. */
export async function networkInterfacesOf(addresses: AddressTable, root = '/sys/class/net'): Promise<NetworkInterface[]> {
  const names = (await namesIn(root)).filter((name) => !isVirtualInterface(name)).sort();
  return Promise.all(names.map(async (name) => ({ name, addresses: addressesOf(addresses[name] ?? []), ...(await link(join(root, name))) })));
}

function addressesOf(entries: readonly NetworkInterfaceInfo[]): string[] {
  return entries.filter((entry) => !entry.internal && !/^fe80:/i.test(entry.address)).map((entry) => entry.address);
}

/** Virtual machines have no speed to tell: the file cannot be read or says -1. */
async function link(directory: string): Promise<Pick<NetworkInterface, 'speedMbps' | 'up'>> {
  const [speed, state] = await Promise.all([readOr(join(directory, 'speed')), readOr(join(directory, 'operstate'))]);
  const megabits = /^\d+$/.test(speed) ? Number(speed) : 0;
  // 4294967295 is -1 as some drivers write it.
  return { speedMbps: megabits >= 0xffff_ffff ? 0 : megabits, up: state === 'up' || state === 'unknown' };
}

async function readOr(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    return ''; // EINVAL is how a driver says that it does not know
  }
}

async function namesIn(root: string): Promise<string[]> {
  try {
    return (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isSymbolicLink() || entry.isDirectory()).map((entry) => entry.name);
  } catch {
    return []; // no /sys: nothing is known of links
  }
}
