import type { Node } from '../../api';

/** What can be filtered by besides type and text: how nodes are, what they may take, and who is behind. */
export const stateFilters = ['healthy', 'joining', 'suspect', 'unreachable', 'draining', 'maintenance', 'outdated'] as const;
export type StateFilter = (typeof stateFilters)[number];

export const sortKeys = ['name', 'address', 'cores', 'memory', 'storage', 'gpu', 'state', 'services'] as const;
export type SortKey = (typeof sortKeys)[number];

export interface NodeFilter {
  readonly text: string;
  readonly state: StateFilter | null;
  readonly type: Node['type'] | null;
}

export interface NodeOrder {
  readonly key: SortKey;
  readonly down: boolean;
}

/** Worst first. */
const severity: Readonly<Record<Node['state'], number>> = { unreachable: 0, suspect: 1, joining: 2, healthy: 3, removed: 4 };
const collator = new Intl.Collator(['zh', 'en'], { numeric: true, sensitivity: 'base' });

/** Nodes that fit; each word of the text has to be in the name, an address, a card, a service or the agent's version. */
export function filterNodes(nodes: readonly Node[], { text, state, type }: NodeFilter): readonly Node[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return nodes.filter((node) => node.state !== 'removed' && (type === null || node.type === type) && (state === null || isIn(node, state)) && words.every((word) => searchText(node).includes(word)));
}

/** In the order asked for; what is not known goes last in both directions. Without one the order of the list stays. */
export function sortNodes(nodes: readonly Node[], order: NodeOrder | null): readonly Node[] {
  if (order === null) return nodes;
  const turn = order.down ? -1 : 1;
  return nodes.toSorted((one, other) => {
    const [first, second] = [values[order.key](one), values[order.key](other)];
    if (first === null || second === null) return first === second ? 0 : first === null ? 1 : -1;
    return turn * (typeof first === 'number' && typeof second === 'number' ? first - second : collator.compare(String(first), String(second)));
  });
}

/** `memory` and `-memory` in the address; null for anything else. */
export function orderOf(text: string | undefined): NodeOrder | null {
  const name = text?.replace(/^-/, '');
  const key = sortKeys.find((each) => each === name);
  return key === undefined ? null : { key, down: text?.startsWith('-') ?? false };
}

/** What pressing a column's head asks for next: up, down, off. */
export function nextOrder(order: NodeOrder | null, key: SortKey): string | null {
  if (order?.key !== key) return key;
  return order.down ? null : `-${key}`;
}

function isIn(node: Node, state: StateFilter): boolean {
  if (state === 'outdated') return node.upgradeTo !== null;
  return state === 'draining' || state === 'maintenance' ? node.availability === state : node.state === state;
}

function searchText({ name, address, inventory, gpus, services, agentVersion }: Node): string {
  const addresses = inventory?.interfaces.flatMap((each) => each.addresses) ?? [];
  return [name, address, inventory?.hostname, ...addresses, ...gpus.map((gpu) => gpu.name), ...services.map((service) => service.name), agentVersion].join('\n').toLowerCase();
}

const values: Readonly<Record<SortKey, (node: Node) => number | string | null>> = {
  name: ({ name }) => name,
  address: ({ address }) => address || null,
  cores: ({ inventory }) => inventory?.cpuCores ?? null,
  memory: ({ metrics, inventory }) => ratio(metrics?.memoryUsedBytes, inventory?.memoryBytes),
  storage: ({ metrics, inventory }) => ratio(metrics?.diskUsedBytes, inventory?.diskBytes),
  gpu: ({ inventory, gpus }) => (inventory === null ? null : gpus.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0)),
  state: ({ state }) => severity[state],
  services: ({ services }) => services.length,
};

function ratio(used: number | null | undefined, total: number | null | undefined): number | null {
  return used === null || used === undefined || !total ? null : used / total;
}
