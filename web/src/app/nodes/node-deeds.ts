import type { Node } from '../api';

export const nodeDeeds = ['drain', 'maintain', 'resume', 'upgrade', 'rename', 'readmit', 'remove'] as const;
export type NodeDeed = (typeof nodeDeeds)[number];

/** Deeds that make sense for several nodes at once. */
export const bulkDeeds = ['drain', 'maintain', 'resume', 'upgrade'] as const satisfies readonly NodeDeed[];
export type BulkDeed = (typeof bulkDeeds)[number];

/** Whether a deed is offered for a node: not at all, or greyed out with the reason (a translation key), or as it is (''). */
export function offer(node: Node, deed: NodeDeed): string | null {
  if (node.state === 'removed') return null;
  const joining = node.state === 'joining' ? 'nodes.refusal.joining' : '';
  switch (deed) {
    case 'drain':
      if (node.availability === 'draining') return null;
      return joining || (node.availability === 'maintenance' && node.instanceCount === 0 ? 'nodes.refusal.empty' : '');
    case 'maintain':
      return node.availability === 'active' ? joining : null;
    case 'resume':
      return node.availability === 'active' ? null : '';
    case 'upgrade':
      if (node.upgradeTo === null) return null;
      return node.state === 'healthy' ? '' : 'nodes.refusal.silent';
    case 'readmit':
      return node.state === 'unreachable' ? '' : null;
    case 'rename':
      return '';
    case 'remove':
      return node.management ? 'nodes.remove.management' : '';
  }
}

/** The nodes of a selection that a deed is really for. */
export function fit(nodes: readonly Node[], deed: BulkDeed): readonly Node[] {
  return nodes.filter((node) => offer(node, deed) === '');
}
