import { z } from 'zod';
import { id, instant } from '../http/common.schema.js';
import { defineRoutes } from '../http/route.js';

export const operationSchema = z
  .object({
    id, kind: z.enum(['import-model', 'add-node', 'download-model', 'deploy', 'upgrade']), subjectId: z.string(), title: z.string(),
    state: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']), percent: z.number(), phase: z.string(),
    failure: z.string().nullable(), startedAt: instant, finishedAt: instant.nullable(), startedBy: z.string(),
  })
  .meta({ id: 'Operation' });

export const logLineSchema = z
  .object({ number: z.number().int(), at: instant.nullable(), text: z.string(), error: z.boolean() })
  .meta({ id: 'LogLine' });

export const routes = defineRoutes({
  listOperations: { method: 'GET', path: '/operations', can: 'operations.read', summary: 'Running and recent operations, newest first', response: z.array(operationSchema) },
  getOperation: { method: 'GET', path: '/operations/:id', can: 'operations.read', summary: 'One operation', response: operationSchema },
  operationLog: { method: 'GET', path: '/operations/:id/log', can: 'operations.read', summary: 'Log lines of an operation', response: z.array(logLineSchema) },
});
