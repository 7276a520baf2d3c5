import { z } from 'zod';
import { displayName, id, instant } from '../http/common.schema.js';
import { defineRoutes } from '../http/route.js';

export const nodeState = z.enum(['joining', 'healthy', 'suspect', 'unreachable', 'removed']);

export const gpuSchema = z
  .object({
    index: z.number().int(), uuid: z.string(), name: z.string(), memoryBytes: z.number(), memoryUsedBytes: z.number().nullable(),
    utilisationRatio: z.number().nullable(), temperatureCelsius: z.number().nullable(), powerWatts: z.number().nullable(), health: z.string(),
  })
  .meta({ id: 'Gpu' });

export const nodeSchema = z
  .object({
    id, name: z.string(), type: z.enum(['gpu', 'cpu']), state: nodeState, stateSince: instant, management: z.boolean(),
    address: z.string(), agentVersion: z.string().nullable(), lastSeenAt: instant.nullable(), createdAt: instant,
    inventory: z
      .object({
        hostname: z.string(), os: z.string(), kernel: z.string(), arch: z.string(), cpuModel: z.string(), cpuCores: z.number().int(),
        memoryBytes: z.number(), diskBytes: z.number(), gpuError: z.string().nullable(),
        drivers: z.array(z.object({ name: z.string(), available: z.boolean(), version: z.string(), message: z.string() })),
        engines: z.array(z.object({ engine: z.string(), driver: z.string(), version: z.string() })),
      })
      .nullable(),
    /** Newest sample; null while the node is silent. */
    metrics: z
      .object({
        at: instant, cpuRatio: z.number().nullable(), memoryUsedBytes: z.number().nullable(), diskUsedBytes: z.number().nullable(), load1: z.number().nullable(),
      })
      .nullable(),
    gpus: z.array(gpuSchema),
    services: z.array(z.object({ id, name: z.string() })),
    instanceCount: z.number().int(),
    orphanCount: z.number().int(),
  })
  .meta({ id: 'Node' });

export const joinTokenSchema = z
  .object({ token: z.string(), command: z.string(), expiresAt: instant })
  .meta({ id: 'JoinToken' });

export const routes = defineRoutes({
  listNodes: { method: 'GET', path: '/nodes', can: 'nodes.read', summary: 'All nodes with their newest sample', response: z.array(nodeSchema) },
  getNode: { method: 'GET', path: '/nodes/:id', can: 'nodes.read', summary: 'One node', response: nodeSchema },
  createJoinToken: {
    method: 'POST', path: '/join-tokens', can: 'nodes.write', status: 201, summary: 'Single-use token (30 minutes) with which a server or a gateway joins',
    body: z.object({ kind: z.enum(['agent', 'gateway']).default('agent'), nodeName: displayName.optional() }), response: joinTokenSchema,
  },
  removeNode: {
    method: 'DELETE', path: '/nodes/:id', can: 'nodes.write', summary: 'Remove a node: its certificate is revoked at once; refused while instances are on it unless forced',
    query: z.object({ force: z.stringbool().default(false) }),
  },
});
