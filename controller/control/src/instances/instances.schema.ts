import { z } from 'zod';
import { id, instant } from '../http/common.schema.js';
import { defineRoutes } from '../http/route.js';
import { logLineSchema } from '../operations/operations.schema.js';

export const instanceState = z.enum(['pending', 'assigned', 'preparing', 'starting', 'loading', 'running', 'stopped', 'failed']);

export const instanceSchema = z
  .object({
    id, serviceId: id, slot: z.number().int(), nodeId: id.nullable(), nodeName: z.string().nullable(), gpuIndexes: z.array(z.number().int()),
    state: instanceState, desired: z.enum(['run', 'stop']), ready: z.boolean(),
    /** The node is silent: everything here is what we last knew. */
    unknown: z.boolean(),
    phase: z.string(), percent: z.number(), message: z.string(), reason: z.string(), handle: z.string(),
    memoryBytes: z.number().nullable(), generation: z.number().int(), createdAt: instant, stateSince: instant,
  })
  .meta({ id: 'Instance' });

export const routes = defineRoutes({
  instanceLog: {
    method: 'GET', path: '/instances/:id/log', can: 'services.write', summary: 'The engine log of an instance, newest lines of it',
    query: z.object({ tail: z.coerce.number().int().min(1).max(10_000).default(1000) }), response: z.array(logLineSchema),
  },
  followInstanceLog: {
    method: 'GET', path: '/instances/:id/log/follow', can: 'services.write', summary: 'The engine log as it is written, one event a line', stream: true,
    query: z.object({ tail: z.coerce.number().int().min(0).max(10_000).default(1000) }), response: logLineSchema,
  },
  checkInstance: {
    method: 'POST', path: '/instances/:id/check', can: 'services.write', summary: 'Ask the engine now whether it answers',
    response: z.object({ ok: z.boolean(), latencyMs: z.number(), message: z.string() }).meta({ id: 'InstanceCheck' }),
  },
});
