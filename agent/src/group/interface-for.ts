import { BlockList } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';

type AddressTable = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/**
 * The interface of this node that carries the address: exactly, or (loopback has a whole network) by its network.
 * @param wanted an interface by name: then it must be that one
 * @returns the reason in words when there is none
 */
export function interfaceFor(address: string, wanted: string, table: AddressTable): { readonly name: string } | string {
  const carriers = [exactly, byNetwork].map((carries) => Object.entries(table).find(([name, entries]) => (wanted === '' || name === wanted) && (entries ?? []).some((entry) => carries(entry, address))));
  const name = carriers.find((found) => found !== undefined)?.[0];
  if (name !== undefined) return { name };
  return wanted === '' ? `no interface of this node carries ${address}` : `${wanted} of this node does not carry ${address}`;
}

function exactly(entry: NetworkInterfaceInfo, address: string): boolean {
  return entry.address === address;
}

function byNetwork(entry: NetworkInterfaceInfo, address: string): boolean {
  const [network = '', bits] = (entry.cidr ?? '').split('/');
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  if (!entry.internal || bits === undefined || (entry.family === 'IPv6' ? 'ipv6' : 'ipv4') !== family) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  return list.check(address, family);
}
