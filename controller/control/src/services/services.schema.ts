import { z } from 'zod';
import { engineId } from '../engines/engines.schema.js';
import { displayName, id, instant, pageOf, pageQuery } from '../http/common.schema.js';
import { defineRoutes } from '../http/route.js';
import { instanceSchema } from '../instances/instances.schema.js';

const minute = z.number().int().min(0).max(24 * 60 - 1);
const count = z.number().int().min(0).max(64);

/** How many instances are wanted when; null: as many as a person set. */
export const scalingSchema = z
  .object({
    min: count, max: z.number().int().min(1).max(64),
    /** Calls in flight of one instance at which another one is added. */
    targetInFlight: z.number().min(0.1).max(1024),
    /** Waiting longer than this adds one too. */
    maxQueueSeconds: z.number().min(0.1).max(600), scaleDownAfterMinutes: z.number().int().min(1).max(24 * 60),
    /** Only with min 0: no call for so long takes the last instance away; the next call waits for a new one. */
    zeroAfterMinutes: z.number().int().min(1).max(7 * 24 * 60).nullable(),
    /** In local time of the zone; the first that holds wins over min. Days: 0 is Sunday. */
    windows: z.array(z.object({ days: z.array(z.number().int().min(0).max(6)).min(1), fromMinute: minute, toMinute: minute, instances: count })).max(32),
    timeZone: z.string().max(64),
  })
  .meta({ id: 'Scaling' });

function distinct(words: readonly string[]): boolean {
  return new Set(words).size === words.length;
}

/** What may be changed of a service; a change of how it runs is a new revision, rolled out instance by instance. */
const changeable = {
  /** Cards by node for the first instance; a node without an entry: the planner chooses. */
  cards: z
    .array(z.object({ nodeId: id, gpuUuids: z.array(z.string().max(96)).min(1).max(64).refine(distinct, 'names a card twice') }))
    .max(64).refine((all) => distinct(all.map(({ nodeId }) => nodeId)), 'names a node twice').default([]),
  /** An instance whose node has been away for so long gets a successor elsewhere; null: never by itself. */
  replaceAfterMinutes: z.number().int().min(1).max(24 * 60).nullable().default(null),
  scaling: scalingSchema.nullable().default(null),
  /** Interface by name that members of a distributed instance talk over; null: the one of the node's address. */
  networkInterface: z.string().max(32).nullable().default(null),
};

export const serviceRequest = z
  .object({
    ...changeable,
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

const memoryTerms = {
  weightsBytes: z.number(), kvCacheBytes: z.number(), activationBytes: z.number(), overheadBytes: z.number(), totalBytes: z.number(),
};

export const planSchema = z
  .object({
    tensorParallel: z.number().int(), pipelineParallel: z.number().int(), dataType: z.string().nullable(),
    /** Of the fullest card (or the node, on CPU): the terms, what the engine may take of it, and what there is. */
    perCard: z.object({ ...memoryTerms, budgetBytes: z.number(), cardBytes: z.number() }).nullable(),
    /** How many chats of that length the KV cache holds at the same time. */
    parallelChats: z.array(z.object({ contextLength: z.number().int(), chats: z.number() })),
    /** Every card that was looked at: chosen, or why not, with the numbers. */
    cards: z.array(
      z.object({
        nodeId: id, nodeName: z.string(), uuid: z.string(), index: z.number().int(), name: z.string(), memoryBytes: z.number(), freeBytes: z.number(), chosen: z.boolean(), reasonCode: z.string(), reason: z.string(),
      }),
    ),
    fits: z.boolean(), engine: engineId.nullable(), mode: z.enum(['single', 'distributed', 'cpu']), contextLength: z.number().int(), parallel: z.number().int(),
    argv: z.array(z.string()),
    memory: z.object({
      weightsBytes: z.number(), kvCacheBytes: z.number(), activationBytes: z.number(), overheadBytes: z.number(), totalBytes: z.number(), nominalBytes: z.number(),
    }),
    placements: z.array(z.object({ nodeId: id, nodeName: z.string(), gpuUuids: z.array(z.string()), availableBytes: z.number() })),
    /** Why each node that was looked at was not chosen. */
    rejected: z.array(z.object({ nodeId: id, nodeName: z.string(), code: z.string(), numbers: z.record(z.string(), z.number()), reason: z.string() })),
    /** Machine-readable notes (`code`) with numbers, worded for people in `message`. */
    notes: z.array(z.object({ level: z.enum(['info', 'warning', 'error']), code: z.string(), field: z.string().nullable(), message: z.string() })),
  })
  .meta({ id: 'Plan' });

export const conformanceSchema = z
  .object({
    checkedAt: instant, revision: z.number().int(),
    results: z.array(
      z.object({
        feature: z.enum(['chat-template', 'streaming-usage', 'tools', 'json-schema', 'reasoning', 'embeddings']), ok: z.boolean().nullable(), detail: z.string(),
      }),
    ),
    embeddingDimensions: z.number().int().nullable(), suggestions: z.array(z.object({ parameters: z.string(), message: z.string() })),
  })
  .meta({ id: 'Conformance' });

export const serviceSchema = z
  .object({
    revision: z.number().int(),
    /** Instances that run an older revision while a change is rolled out. */
    outdatedInstances: z.number().int(), stopped: z.boolean(), replaceAfterMinutes: z.number().int().nullable(), scaling: scalingSchema.nullable(),
    /** Why there are as many instances as there are, in words; empty when a person said so. */
    scalingReason: z.string(), conformance: conformanceSchema.nullable(), networkInterface: z.string().nullable(),
    id, name: z.string(), modelId: id, modelName: z.string(), modelPath: z.string(), engine: engineId, mode: z.enum(['single', 'distributed', 'cpu']),
    parameters: z.string(), argv: z.array(z.string()), contextLength: z.number().int(), parallel: z.number().int(),
    wantedInstances: z.number().int(), readyInstances: z.number().int(),
    state: z.enum(['deploying', 'ready', 'degraded', 'failed', 'stopped', 'deleting']),
    /** Of the least advanced instance that is on its way; null when none is. */
    percent: z.number().nullable(), phase: z.string(), message: z.string(),
    instances: z.array(instanceSchema), generation: z.number().int(), createdAt: instant, createdBy: z.string(), readyAt: instant.nullable(),
  })
  .meta({ id: 'Service' });

export const revisionSchema = z
  .object({
    revision: z.number().int(), createdAt: instant, createdBy: z.string(), current: z.boolean(), engine: engineId, parameters: z.string(), contextLength: z.number().int(), parallel: z.number().int(),
    argv: z.array(z.string()), networkInterface: z.string().nullable(), note: z.string(),
  })
  .meta({ id: 'ServiceRevision' });

export const serviceEventSchema = z
  .object({ id, at: instant, severity: z.enum(['info', 'warning', 'error']), code: z.string(), message: z.string(), instanceId: id.nullable(), details: z.record(z.string(), z.unknown()) })
  .meta({ id: 'ServiceEvent' });

const whatIfSchema = z
  .object({
    /** Of the services to add, in order; each sees what the ones before it took. */
    plans: z.array(planSchema),
    /** Of the nodes to take away: what stands on them, and where it could go. */
    affected: z.array(
      z.object({ serviceId: id, serviceName: z.string(), instances: z.number().int(), movable: z.number().int(), outage: z.boolean(), reasons: z.array(z.string()) }),
    ),
  })
  .meta({ id: 'WhatIf' });

/** Where one more instance may run; empty: anywhere. */
const placeSchema = z.object({ nodeIds: z.array(id).max(64).default([]), cards: changeable.cards });

/** How instances are started. */
const startFields = {
  engine: engineId.optional(), parameters: z.string().max(2000).optional(), contextLength: z.number().int().min(128).max(10_000_000).optional(), parallel: z.number().int().min(1).max(1024).optional(),
  networkInterface: changeable.networkInterface.unwrap().optional(),
};

export const routes = defineRoutes({
  whatIf: {
    method: 'POST', path: '/services/what-if', can: 'services.write', status: 200, summary: 'Whether these services would fit, and what breaks without these nodes; changes nothing',
    body: z.object({ add: z.array(serviceRequest).max(32).default([]), withoutNodeIds: z.array(id).max(1000).default([]) }), response: whatIfSchema,
  },
  updateService: {
    method: 'PATCH', path: '/services/:id', can: 'services.write',
    summary: 'Change how a service runs: a new revision, rolled out without a failed call; limits of scaling and replacement take effect at once',
    body: z.object({
      ...startFields,
      replaceAfterMinutes: changeable.replaceAfterMinutes.unwrap().optional(), scaling: scalingSchema.nullable().optional(), wantedInstances: z.number().int().min(0).max(64).optional(), note: z.string().max(200).default(''),
    }),
    response: serviceSchema,
  },
  listRevisions: { method: 'GET', path: '/services/:id/revisions', can: 'services.read', summary: 'Revisions of a service, newest first', response: z.array(revisionSchema) },
  revertService: { method: 'POST', path: '/services/:id/revert', can: 'services.write', status: 200, summary: 'Run an earlier revision again, as a new one', body: z.object({ revision: z.number().int().min(1) }), response: serviceSchema },
  stopService: { method: 'POST', path: '/services/:id/stop', can: 'services.write', status: 200, summary: 'Drain and stop all instances; the service stays', response: serviceSchema },
  startService: { method: 'POST', path: '/services/:id/start', can: 'services.write', status: 200, summary: 'Start a stopped service again', response: serviceSchema },
  retryService: {
    method: 'POST', path: '/services/:id/retry', can: 'services.write', status: 200,
    summary: 'Try again at once what failed, as if it had never been tried; with fields such as the doctor proposes as a new revision. What runs goes on; refused when nothing failed',
    body: z.object({ ...startFields, note: z.string().max(200).default('') }).default({ note: '' }), response: serviceSchema,
  },
  serviceEvents: { method: 'GET', path: '/services/:id/events', can: 'services.read', summary: 'What happened to a service, newest first', query: pageQuery, response: pageOf(serviceEventSchema) },
  checkConformance: { method: 'POST', path: '/services/:id/conformance', can: 'services.write', status: 200, summary: 'Try again what the service can do', response: serviceSchema },
  listServices: { method: 'GET', path: '/services', can: 'services.read', summary: 'All services with their instances', response: z.array(serviceSchema) },
  getService: { method: 'GET', path: '/services/:id', can: 'services.read', summary: 'One service', response: serviceSchema },
  planService: { method: 'POST', path: '/services/plan', can: 'services.write', status: 200, summary: 'What would be deployed where, and why; changes nothing', body: serviceRequest, response: planSchema },
  createService: { method: 'POST', path: '/services', can: 'services.write', status: 201, summary: 'Deploy a service', body: serviceRequest, response: serviceSchema },
  planInstance: {
    method: 'POST', path: '/services/:id/instances/plan', can: 'services.write', status: 200, summary: 'Where one more instance would go, and why; changes nothing', body: placeSchema, response: planSchema,
  },
  addInstance: {
    method: 'POST', path: '/services/:id/instances', can: 'services.write', status: 201, summary: 'One more instance: anywhere, on one of the named nodes, or on the named cards; a distributed one on all of them', body: placeSchema, response: serviceSchema,
  },
  removeInstance: { method: 'DELETE', path: '/services/:id/instances/:instanceId', can: 'services.write', summary: 'Stop one instance and want one less', status: 200, response: serviceSchema },
  deleteService: { method: 'DELETE', path: '/services/:id', can: 'services.write', summary: 'Stop all instances and delete the service; its calls stay in the log', status: 202, response: serviceSchema },
});
