import { z } from 'zod';
import { engineId } from '../engines/engines.schema.js';
import { displayName, id, instant } from '../http/common.schema.js';
import { defineRoutes } from '../http/route.js';
import { instanceSchema } from '../instances/instances.schema.js';

export const serviceRequest = z
  .object({
    name: displayName, modelId: id,
    mode: z.enum(['single', 'distributed', 'cpu']).optional(),
    engine: engineId.optional(),
    /** Extra engine parameters as typed: `--a avalue --b`. */
    parameters: z.string().max(2000).default(''),
    /** Nodes the first instance may run on; empty: any. */
    nodeIds: z.array(id).max(64).default([]),
    contextLength: z.number().int().min(128).max(10_000_000).optional(),
    parallel: z.number().int().min(1).max(1024).optional(),
    instances: z.number().int().min(1).max(64).default(1),
  })
  .meta({ id: 'ServiceRequest' });

export const planSchema = z
  .object({
    fits: z.boolean(), engine: engineId.nullable(), mode: z.enum(['single', 'distributed', 'cpu']), contextLength: z.number().int(), parallel: z.number().int(),
    argv: z.array(z.string()),
    memory: z.object({
      weightsBytes: z.number(), kvCacheBytes: z.number(), activationBytes: z.number(), overheadBytes: z.number(), totalBytes: z.number(), nominalBytes: z.number(),
    }),
    placements: z.array(z.object({ nodeId: id, nodeName: z.string(), gpuUuids: z.array(z.string()), availableBytes: z.number() })),
    /** Why each node that was looked at was not chosen. */
    rejected: z.array(z.object({ nodeId: id, nodeName: z.string(), reason: z.string() })),
    /** Machine-readable notes (`code`) with numbers, worded for people in `message`. */
    notes: z.array(z.object({ level: z.enum(['info', 'warning', 'error']), code: z.string(), field: z.string().nullable(), message: z.string() })),
  })
  .meta({ id: 'Plan' });

export const serviceSchema = z
  .object({
    id, name: z.string(), modelId: id, modelName: z.string(), modelPath: z.string(), engine: engineId, mode: z.enum(['single', 'distributed', 'cpu']),
    parameters: z.string(), argv: z.array(z.string()), contextLength: z.number().int(), parallel: z.number().int(),
    wantedInstances: z.number().int(), readyInstances: z.number().int(),
    state: z.enum(['deploying', 'ready', 'degraded', 'failed', 'stopped', 'deleting']),
    /** Of the least advanced instance that is on its way; null when none is. */
    percent: z.number().nullable(), phase: z.string(), message: z.string(),
    instances: z.array(instanceSchema), generation: z.number().int(), createdAt: instant, createdBy: z.string(), readyAt: instant.nullable(),
  })
  .meta({ id: 'Service' });

export const routes = defineRoutes({
  listServices: { method: 'GET', path: '/services', can: 'services.read', summary: 'All services with their instances', response: z.array(serviceSchema) },
  getService: { method: 'GET', path: '/services/:id', can: 'services.read', summary: 'One service', response: serviceSchema },
  planService: { method: 'POST', path: '/services/plan', can: 'services.write', status: 200, summary: 'What would be deployed where, and why; changes nothing', body: serviceRequest, response: planSchema },
  createService: { method: 'POST', path: '/services', can: 'services.write', status: 201, summary: 'Deploy a service', body: serviceRequest, response: serviceSchema },
  addInstance: {
    method: 'POST', path: '/services/:id/instances', can: 'services.write', status: 201, summary: 'One more instance, optionally on one of the named nodes',
    body: z.object({ nodeIds: z.array(id).max(64).default([]) }), response: serviceSchema,
  },
  removeInstance: { method: 'DELETE', path: '/services/:id/instances/:instanceId', can: 'services.write', summary: 'Stop one instance and want one less', status: 200, response: serviceSchema },
  deleteService: { method: 'DELETE', path: '/services/:id', can: 'services.write', summary: 'Stop all instances and delete the service; its calls stay in the log', status: 202, response: serviceSchema },
});
