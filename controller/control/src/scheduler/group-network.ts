import type { GroupPeer } from '@openstation/proto';

/** What of a node matters for talking to others. */
export interface GroupNode {
  readonly id: string;
  readonly name: string;
  readonly addresses: readonly string[];
  readonly dataPort: number;
  readonly interfaces: readonly NodeInterface[];
}

export interface NodeInterface {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly up: boolean;
}

export interface GroupNetwork {
  /** By rank. */
  readonly peers: readonly GroupPeer[];
  readonly firstPort: number;
}

/** Ports of groups by plan: the rendezvous and what engines open after it. A node's policy has the same range unless its administrator wrote another. */
export const GROUP_PORTS: readonly [number, number] = [42_000, 42_991];
export const PORTS_PER_GROUP = 32;

/**
 * Addresses the members of a group talk over and ports nobody else of ours has there. Without an interface by name every
 * node's preferred address is taken. Pure.
 * @param taken first ports of the groups that share a node with this one
 * @returns the reason in words when there is no way
 */
export function groupNetwork(nodes: readonly GroupNode[], networkInterface: string | null, taken: readonly number[], start: number): GroupNetwork | string {
  const peers: GroupPeer[] = [];
  for (const node of nodes) {
    const address = networkInterface === null ? node.addresses[0] : addressOn(node, networkInterface);
    if (address === undefined) return networkInterface === null ? `${node.name} has told no address` : `${node.name} ${interfaceProblem(node.interfaces, networkInterface) ?? ''}`;
    peers.push({ address, dataPort: node.dataPort });
  }
  const families = new Set(peers.map(({ address }) => (address.includes(':') ? 'IPv6' : 'IPv4')));
  if (families.size > 1) return `the members have addresses of both kinds (${peers.map(({ address }) => address).join(', ')}): name an interface that carries the same kind on every node`;
  const double = peers.find(({ address }, index) => peers.findIndex((other) => other.address === address) !== index);
  if (double) return `${double.address} is the address of more than one member: members of a group need addresses of their own`;
  const firstPort = freeBlock(taken, start);
  return firstPort === undefined ? 'every block of ports for groups is taken on these nodes' : { peers, firstPort };
}

function addressOn({ interfaces }: GroupNode, name: string): string | undefined {
  const addresses = interfaces.find((one) => one.name === name && one.up)?.addresses ?? [];
  return addresses.find((address) => !address.includes(':')) ?? addresses[0];
}

/** Why nobody can be reached over the interface of that name, as a continuation of the node's; undefined: it is there. */
export function interfaceProblem(interfaces: readonly NodeInterface[], name: string): string | undefined {
  const own = interfaces.filter(({ up, addresses }) => up && addresses.length > 0).map((one) => one.name);
  return own.includes(name) ? undefined : `has no interface ${name} that is up and has an address; it has ${own.length > 0 ? own.join(', ') : 'none'}`;
}

/** Begins at a place of its own, so that a second try does not meet the same stranger on a port. */
function freeBlock(taken: readonly number[], start: number): number | undefined {
  const [first, last] = GROUP_PORTS;
  const blocks = Math.floor((last - first + 1) / PORTS_PER_GROUP);
  for (let step = 0; step < blocks; step += 1) {
    const port = first + ((start + step) % blocks) * PORTS_PER_GROUP;
    if (!taken.includes(port)) return port;
  }
  return undefined;
}
