import type { z } from 'zod';
import type { modelSchema } from '../models/models.schema.js';
import type { nodeSchema } from '../nodes/nodes.schema.js';
import type { operationSchema } from '../operations/operations.schema.js';
import type { serviceSchema } from '../services/services.schema.js';
import type { UsageSummary } from '../usage/index.js';
import type { overviewSchema } from './overview.schema.js';

export type OverviewView = z.infer<typeof overviewSchema>;

export interface OverviewInput {
  readonly nodes: readonly z.infer<typeof nodeSchema>[];
  readonly services: readonly z.infer<typeof serviceSchema>[];
  readonly models: readonly z.infer<typeof modelSchema>[];
  readonly operations: readonly z.infer<typeof operationSchema>[];
  readonly usage: UsageSummary;
  /** Unix milliseconds. */
  readonly brakeSince?: number | undefined;
}

/** The cluster in numbers, from the same views that the lists show: the two can never disagree. */
export function overviewOf({ nodes, services, models, operations, usage, brakeSince }: OverviewInput): OverviewView {
  const counted = nodes.filter(({ state }) => state !== 'removed');
  const gpus = counted.flatMap((node) => node.gpus);
  const used = gpus.flatMap(({ memoryUsedBytes }) => memoryUsedBytes ?? []);
  const inState = <T extends { readonly state: string }>(things: readonly T[], ...states: T['state'][]) => things.filter(({ state }) => states.includes(state)).length;
  return {
    nodes: { total: counted.length, healthy: inState(counted, 'healthy'), suspect: inState(counted, 'suspect'), unreachable: inState(counted, 'unreachable') },
    gpus: { total: gpus.length, memoryBytes: sum(gpus.map(({ memoryBytes }) => memoryBytes)), memoryUsedBytes: used.length === 0 ? null : sum(used) },
    services: {
      total: services.length, ready: inState(services, 'ready'), deploying: inState(services, 'deploying'), degraded: inState(services, 'degraded'), failed: inState(services, 'failed'),
    },
    models: { total: models.length, ready: inState(models, 'ready') },
    requestsPerMinute: usage.requestsPerMinute, ttftP95Ms: usage.ttftP95Ms, runningOperations: inState(operations, 'queued', 'running'),
    brakeSince: brakeSince === undefined ? null : new Date(brakeSince).toISOString(),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
