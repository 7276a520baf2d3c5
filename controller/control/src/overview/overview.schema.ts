import { z } from 'zod';
import { instant } from '../http/common.schema.js';
import { defineRoutes } from '../http/route.js';

export const overviewSchema = z
  .object({
    nodes: z.object({ total: z.number().int(), healthy: z.number().int(), suspect: z.number().int(), unreachable: z.number().int() }),
    gpus: z.object({ total: z.number().int(), memoryBytes: z.number(), memoryUsedBytes: z.number().nullable() }),
    services: z.object({ total: z.number().int(), ready: z.number().int(), deploying: z.number().int(), degraded: z.number().int(), failed: z.number().int() }),
    models: z.object({ total: z.number().int(), ready: z.number().int() }),
    requestsPerMinute: z.number(), ttftP95Ms: z.number().nullable(), runningOperations: z.number().int(),
    /** Since when so many nodes are silent at once that nothing irreversible is decided; null: they are not. */
    brakeSince: instant.nullable().optional(),
  })
  .meta({ id: 'Overview' });

export const routes = defineRoutes({
  overview: { method: 'GET', path: '/overview', can: 'nodes.read', summary: 'The cluster in numbers', response: overviewSchema },
});
