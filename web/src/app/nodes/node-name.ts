import type { Node } from '../api';

/** What is wrong with a node's name, as a translation key; empty when nothing is. */
export function nameProblem(name: string, nodes: readonly Pick<Node, 'id' | 'name'>[], ownId?: string): string {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._:-]{0,63}$/u.test(name)) return 'nodes.add.nameWrong';
  return nodes.some((node) => node.name === name && node.id !== ownId) ? 'nodes.add.nameTaken' : '';
}
