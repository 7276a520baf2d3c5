import { z } from 'zod';
import { id, instant } from '../http/common.schema.js';
import { defineRoutes } from '../http/route.js';
import { operationSchema } from '../operations/operations.schema.js';

/** A node that has a model, or part of it. */
export const modelHolderSchema = z
  .object({
    nodeId: id, nodeName: z.string(), bytes: z.number(), totalBytes: z.number(),
    state: z.enum(['complete', 'fetching', 'partial', 'in-place', 'damaged']),
    /** An instance there uses it: it cannot be evicted. */
    inUse: z.boolean(), verifiedAt: instant.nullable(), bytesPerSecond: z.number().nullable(),
    /** Where its bytes came from so far. */
    fromController: z.number(), fromNodes: z.number(),
  })
  .meta({ id: 'ModelHolder' });

export const routes = defineRoutes({
  modelHolders: { method: 'GET', path: '/models/:id/nodes', can: 'models.read', summary: 'Nodes that have a model', response: z.array(modelHolderSchema) },
  prefetchModel: {
    method: 'POST', path: '/models/:id/prefetch', can: 'models.write', status: 202, summary: 'Bring a model to nodes before it is needed',
    body: z.object({ nodeIds: z.array(id).min(1).max(1000) }), response: operationSchema,
  },
  evictModel: { method: 'DELETE', path: '/models/:id/nodes/:nodeId', can: 'models.write', status: 202, summary: 'Delete a model from a node’s cache; refused while an instance there uses it', response: modelHolderSchema },
  cancelModelJob: {
    method: 'POST', path: '/operations/:id/cancel', can: 'models.write', summary: 'End a prefetch or a verification where it is; nodes keep what they have', response: operationSchema,
  },
  verifyModel: {
    method: 'POST', path: '/models/:id/verify', can: 'models.write', status: 202, summary: 'Read every byte again and compare with the manifest, here and on nodes; damaged copies are fetched anew',
    body: z.object({ library: z.boolean().default(true), nodeIds: z.array(id).max(1000).default([]) }), response: operationSchema,
  },
});
