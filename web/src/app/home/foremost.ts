import type { Node } from '../api';

/** As many as one looks at; the list of nodes has the rest. */
export const MOST_NODES = 20;

/** The nodes a person should see first: those that need a look, then the others in their order; not more than `most`. */
export function foremost(nodes: readonly Node[], most = MOST_NODES): readonly Node[] {
  const urgent = (node: Node) => node.state !== 'healthy' && node.state !== 'removed';
  return [...nodes.filter(urgent), ...nodes.filter((node) => !urgent(node))].slice(0, most);
}
