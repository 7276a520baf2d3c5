import type { RemovalOrder } from '@openstation/proto';

export type RemovalStep = 'engines' | 'containers' | 'caches' | 'agent';

/** Steps of an order, in their order; what is not ordered is no step and stays as it is. */
export function removalSteps(order: Pick<RemovalOrder, 'removeEngines' | 'removeCaches'>): RemovalStep[] {
  return [
    ...(order.removeEngines ? (['engines', 'containers'] as const) : []),
    ...(order.removeCaches ? (['caches'] as const) : []),
    'agent',
  ];
}

/** Files of the agent below its data directory that go when it is removed. Directories of engines went with their engines. */
export function ownEntries(order: Pick<RemovalOrder, 'removeCaches'>): string[] {
  return [
    'member.json', 'journal', 'node-memory.json', 'policy.json', 'left-cluster.json',
    ...(order.removeCaches ? ['models'] : []),
  ];
}
