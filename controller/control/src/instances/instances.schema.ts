import { z } from 'zod';
import { id, instant, pageOf, pageQuery } from '../http/common.schema.js';
import { defineRoutes } from '../http/route.js';
import { logLineSchema } from '../operations/operations.schema.js';

export const instanceState = z.enum(['pending', 'assigned', 'preparing', 'starting', 'loading', 'running', 'stopped', 'failed']);

/** What a failure log or exit means, in words a person can act on. */
export const diagnosisSchema = z
  .object({
    /** "gpu-memory", "dtype-unsupported", "heads-not-divisible", "port-in-use" …; worded by the console where it knows the code. */
    code: z.string(), title: z.string(),
    /** The line of the engine's log, or the exit, that says so. */
    evidence: z.string(), evidenceLine: z.number().int().nullable(), advice: z.string(),
    /** A change of the service that is likely to mend it: its parameters as they would be then. */
    fix: z.object({ label: z.string(), parameters: z.string(), contextLength: z.number().int().nullable(), parallel: z.number().int().nullable() }).nullable(),
  })
  .meta({ id: 'Diagnosis' });

/** One node's part of an instance; rank 0 is the head and the only one that answers requests. */
export const memberSchema = z
  .object({
    rank: z.number().int(), nodeId: id, nodeName: z.string(), gpuIndexes: z.array(z.number().int()), gpuUuids: z.array(z.string()),
    state: instanceState, phase: z.string(), percent: z.number(), message: z.string(),
  })
  .meta({ id: 'InstanceMember' });

/** ok; busy: answers late because it works; hung: alive but nothing moves; dead: gone; unknown: nobody can tell now. */
export const instanceHealth = z.enum(['ok', 'busy', 'hung', 'dead', 'starting', 'unknown']);

export const instanceSchema = z
  .object({
    id, serviceId: id, slot: z.number().int(), nodeId: id.nullable(), nodeName: z.string().nullable(), gpuIndexes: z.array(z.number().int()),
    state: instanceState, desired: z.enum(['run', 'stop']), ready: z.boolean(),
    /** The node is silent: everything here is what we last knew. */
    unknown: z.boolean(),
    phase: z.string(), percent: z.number(), message: z.string(), reason: z.string(), handle: z.string(),
    memoryBytes: z.number().nullable(),
    /** Of the cards it has, together; null where nobody measured. */
    gpuMemoryUsedBytes: z.number().nullable(), gpuMemoryBytes: z.number().nullable(), gpuUtilisationRatio: z.number().nullable(),
    /** While its node fetches the model. */
    modelBytesDone: z.number().nullable(), modelBytesTotal: z.number().nullable(),
    /** Revision of the service that it runs. */
    revision: z.number().int(), attempt: z.number().int(), members: z.array(memberSchema), health: instanceHealth, diagnosis: diagnosisSchema.nullable(), generation: z.number().int(), createdAt: instant, stateSince: instant,
  })
  .meta({ id: 'Instance' });

export const instanceRunSchema = z
  .object({
    instanceId: id, serviceId: id, serviceName: z.string(), slot: z.number().int(), nodeName: z.string().nullable(), revision: z.number().int(), state: instanceState, reason: z.string(), message: z.string(),
    createdAt: instant, endedAt: instant.nullable(), hasLog: z.boolean(), diagnosis: diagnosisSchema.nullable(),
    /** Of an instance that spans nodes, by rank; empty: it has one node. */
    members: z.array(z.object({ rank: z.number().int(), nodeName: z.string().nullable(), hasLog: z.boolean() })),
  })
  .meta({ id: 'InstanceRun' });

/** Of an instance that spans nodes: whose log; the head's when absent. */
const rank = z.coerce.number().int().min(0).max(999).default(0);

export const routes = defineRoutes({
  instanceLog: {
    method: 'GET', path: '/instances/:id/log', can: 'services.write', summary: 'The engine log of an instance, newest lines of it; of one that is gone, what was kept',
    query: z.object({ tail: z.coerce.number().int().min(1).max(10_000).default(1000), rank }), response: z.array(logLineSchema),
  },
  followInstanceLog: {
    method: 'GET', path: '/instances/:id/log/follow', can: 'services.write', summary: 'The engine log as it is written, one event a line', stream: true,
    query: z.object({ tail: z.coerce.number().int().min(0).max(10_000).default(1000), rank }), response: logLineSchema,
  },
  instanceRuns: {
    method: 'GET', path: '/services/:id/runs', can: 'services.write', summary: 'Every instance a service had, newest first; their logs are kept, also of deleted ones',
    query: pageQuery, response: pageOf(instanceRunSchema),
  },
  allRuns: {
    method: 'GET', path: '/instance-runs', can: 'services.write', summary: 'Every instance of all services, newest first, also of deleted services',
    query: pageQuery.extend({ serviceName: z.string().max(64).optional() }), response: pageOf(instanceRunSchema),
  },
  checkInstance: {
    method: 'POST', path: '/instances/:id/check', can: 'services.write', summary: 'Ask the engine now for one token (or one vector)',
    response: z.object({ ok: z.boolean(), latencyMs: z.number(), message: z.string() }).meta({ id: 'InstanceCheck' }),
  },
});
