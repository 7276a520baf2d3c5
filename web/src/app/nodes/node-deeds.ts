import type { Node } from '../api';

export const nodeDeeds = ['drain', 'maintain', 'resume', 'upgrade', 'rename', 'readmit', 'remove'] as const;
export type NodeDeed = (typeof nodeDeeds)[number];

/** Deeds that make sense for several nodes at once. */
export const bulkDeeds = ['drain', 'maintain', 'resume', 'upgrade'] as const satisfies readonly NodeDeed[];
export type BulkDeed = (typeof bulkDeeds)[number];

/** What is offered of each deed: nothing, or greyed out with the reason (a translation key), or the deed itself (''). */
const offers: Readonly<Record<NodeDeed, (node: Node) => string | null>> = {
  drain: (node) => (node.availability === 'draining' ? null : joining(node) || (node.availability === 'maintenance' && node.instanceCount === 0 ? 'nodes.refusal.empty' : '')),
  maintain: (node) => (node.availability === 'active' ? joining(node) : null),
  resume: ({ availability }) => (availability === 'active' ? null : ''),
  upgrade: ({ upgradeTo, state }) => (upgradeTo === null ? null : state === 'healthy' ? '' : 'nodes.refusal.silent'),
  readmit: ({ state }) => (state === 'unreachable' ? '' : null),
  rename: () => '',
  remove: ({ management }) => (management ? 'nodes.remove.management' : ''),
};

/** Whether a deed is offered for a node: not at all (null), or greyed out with the reason (a translation key), or as it is (''). */
export function offer(node: Node, deed: NodeDeed): string | null {
  return node.state === 'removed' ? null : offers[deed](node);
}

/** The nodes of a selection that a deed is really for. */
export function fit(nodes: readonly Node[], deed: BulkDeed): readonly Node[] {
  return nodes.filter((node) => offer(node, deed) === '');
}

function joining({ state }: Node): string {
  return state === 'joining' ? 'nodes.refusal.joining' : '';
}
