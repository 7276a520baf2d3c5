import { z } from 'zod';
import { id, instant } from '../http/common.schema.js';
import { defineRoutes } from '../http/route.js';

export const operationKind = z.enum([
  'import-model', 'download-model', 'verify-model', 'prefetch-model', 'add-node', 'remove-node', 'drain-node', 'upgrade-agents', 'deploy',
]);

/**
 * queued → running ⇄ waiting (a person must decide) | paused → succeeded | failed | cancelled. A failed one that can
 * be taken up again says so in `can`.
 */
export const operationState = z.enum(['queued', 'running', 'waiting', 'paused', 'succeeded', 'failed', 'cancelled']);

export const operationStepSchema = z
  .object({
    id: z.string(), state: z.enum(['pending', 'running', 'succeeded', 'failed', 'skipped']),
    startedAt: instant.nullable(), finishedAt: instant.nullable(),
    /** What it found or why it failed; empty while there is nothing to say. */
    message: z.string(),
  })
  .meta({ id: 'OperationStep' });

export const operationSchema = z
  .object({
    id, kind: operationKind, subjectId: z.string(), title: z.string(), state: operationState,
    /** 0 to 100 with two decimals; only rises within one attempt. */
    percent: z.number(),
    /** Machine word of what goes on: a step's id, "copying", "waiting for space" … */
    phase: z.string(),
    steps: z.array(operationStepSchema),
    /** Of jobs that move bytes; null otherwise. `bytesPerSecond` and `etaSeconds` are null while unknown. */
    transfer: z
      .object({ bytesDone: z.number(), bytesTotal: z.number(), bytesPerSecond: z.number().nullable(), etaSeconds: z.number().nullable() })
      .nullable(),
    failure: z.string().nullable(),
    /** Machine word of the failure: "needs-password", "host-key-changed", "disk-full" …; null while nothing failed. */
    failureCode: z.string().nullable(),
    /** What may be asked of it now; the room that runs the job has the routes. */
    can: z.array(z.enum(['cancel', 'pause', 'resume', 'retry', 'continue', 'give-up'])),
    attempt: z.number().int(), startedAt: instant, finishedAt: instant.nullable(), startedBy: z.string(),
  })
  .meta({ id: 'Operation' });

export const logLineSchema = z
  .object({ number: z.number().int(), at: instant.nullable(), text: z.string(), error: z.boolean() })
  .meta({ id: 'LogLine' });

export const routes = defineRoutes({
  listOperations: {
    method: 'GET', path: '/operations', can: 'operations.read', summary: 'Running and recent operations, newest first',
    query: z.object({ kind: operationKind.optional(), subjectId: id.optional() }), response: z.array(operationSchema),
  },
  getOperation: { method: 'GET', path: '/operations/:id', can: 'operations.read', summary: 'One operation', response: operationSchema },
  operationLog: {
    method: 'GET', path: '/operations/:id/log', can: 'operations.read', summary: 'Log lines of an operation after a number',
    query: z.object({ after: z.coerce.number().int().min(0).default(0) }), response: z.array(logLineSchema),
  },
});
