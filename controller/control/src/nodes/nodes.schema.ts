import { z } from 'zod';
import { displayName, id, instant, pageOf, pageQuery } from '../http/common.schema.js';
import { defineRoutes } from '../http/route.js';
import { operationSchema } from '../operations/operations.schema.js';

export const nodeState = z.enum(['joining', 'healthy', 'suspect', 'unreachable', 'removed']);

/** active: takes instances. draining: takes none, and its own move away. maintenance: takes none, carries none. */
export const nodeAvailability = z.enum(['active', 'draining', 'maintenance']);

export const gpuSchema = z
  .object({
    index: z.number().int(), uuid: z.string(), vendor: z.string(), name: z.string(), memoryBytes: z.number(), memoryUsedBytes: z.number().nullable(),
    utilisationRatio: z.number().nullable(), temperatureCelsius: z.number().nullable(), powerWatts: z.number().nullable(), powerLimitWatts: z.number().nullable(),
    driverVersion: z.string().nullable(), computeCapability: z.string().nullable(), pciAddress: z.string().nullable(),
    /** "ok", "lost", "error", "hot", "ecc", "xid", "mig", "unknown" …: what the tool says about it now. */
    health: z.string(),
    /** Worded cause when health is not ok. */
    healthMessage: z.string(),
    /** Uncorrected memory errors since the driver was loaded. */
    eccUncorrected: z.number().nullable(),
    /** Last Xid the kernel logged for it. */
    xid: z.number().int().nullable(),
    mig: z.object({ enabled: z.boolean(), instances: z.array(z.object({ uuid: z.string(), name: z.string(), memoryBytes: z.number() })) }).nullable(),
    processes: z.array(z.object({ pid: z.number().int(), name: z.string(), memoryBytes: z.number().nullable(), instanceId: id.nullable() })),
    /** Set: nothing new is placed on it. */
    quarantine: z.object({ by: z.enum(['person', 'automatic']), reason: z.string(), since: instant }).nullable(),
  })
  .meta({ id: 'Gpu' });

export const nodeSchema = z
  .object({
    id, name: z.string(),
    /** What it is; for a node that is being added: what was asked for. */
    type: z.enum(['gpu', 'cpu']), state: nodeState, stateSince: instant, management: z.boolean(),
    availability: nodeAvailability, availabilityReason: z.string(), availabilitySince: instant.nullable(),
    address: z.string(), agentVersion: z.string().nullable(),
    /** A newer agent is there to upgrade to. */
    upgradeTo: z.string().nullable(),
    lastSeenAt: instant.nullable(), createdAt: instant,
    /** The job that adds, drains, upgrades or removes it, running or last; null when there was none. */
    operation: operationSchema.nullable(),
    certificateExpiresAt: instant.nullable(),
    inventory: z
      .object({
        hostname: z.string(), os: z.string(), kernel: z.string(), arch: z.string(), libc: z.string(), cpuModel: z.string(), cpuCores: z.number().int(),
        memoryBytes: z.number(), diskBytes: z.number(), gpuError: z.string().nullable(),
        disks: z.array(z.object({ mount: z.string(), device: z.string(), fileSystem: z.string(), bytes: z.number() })),
        interfaces: z.array(z.object({ name: z.string(), addresses: z.array(z.string()), speedMbps: z.number().nullable(), up: z.boolean() })),
        drivers: z.array(z.object({ name: z.string(), available: z.boolean(), version: z.string(), message: z.string() })),
        engines: z.array(z.object({ engine: z.string(), driver: z.string(), version: z.string() })),
      })
      .nullable(),
    /** Newest sample; null while the node is silent. */
    metrics: z
      .object({
        at: instant, cpuRatio: z.number().nullable(), load1: z.number().nullable(), memoryUsedBytes: z.number().nullable(), swapUsedBytes: z.number().nullable(),
        diskUsedBytes: z.number().nullable(), diskReadBytesPerSecond: z.number().nullable(), diskWriteBytesPerSecond: z.number().nullable(),
        networkRxBytesPerSecond: z.number().nullable(), networkTxBytesPerSecond: z.number().nullable(),
        disks: z.array(z.object({ mount: z.string(), usedBytes: z.number().nullable() })),
      })
      .nullable(),
    gpus: z.array(gpuSchema),
    services: z.array(z.object({ id, name: z.string() })),
    instanceCount: z.number().int(),
    orphanCount: z.number().int(),
    orphans: z.array(z.object({ handle: z.string(), instanceId: z.string(), engine: z.string(), running: z.boolean() })),
  })
  .meta({ id: 'Node' });

export const joinTokenSchema = z
  .object({
    token: z.string(), expiresAt: instant,
    /** One line to paste as root on the server that joins; works without a checkout. */
    command: z.string(),
    /** The same for a machine that has a checkout. */
    checkoutCommand: z.string(),
  })
  .meta({ id: 'JoinToken' });

/** One chart: `values[i]` belongs to `at[i]`; null where nothing was measured. */
export const historySchema = z
  .object({
    stepSeconds: z.number().int(), at: z.array(instant),
    series: z.array(
      z.object({
        /** "cpu", "load1", "memory", "disk", "disk-read", "disk-write", "network-rx", "network-tx", "gpu-memory", "gpu-utilisation", "gpu-temperature", "gpu-power" */
        metric: z.string(),
        gpuUuid: z.string().nullable(), values: z.array(z.number().nullable()), max: z.array(z.number().nullable()),
      }),
    ),
  })
  .meta({ id: 'NodeHistory' });

export const nodeEventSchema = z
  .object({
    id, at: instant, severity: z.enum(['info', 'warning', 'error']),
    /** "state", "session", "gpu", "availability", "operation", "identity", "disk" … with the numbers in `details`. */
    kind: z.string(), code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'NodeEvent' });

export const nodeSessionSchema = z
  .object({
    number: z.number().int(), openedAt: instant, closedAt: instant.nullable(), agentVersion: z.string(), address: z.string(),
    /** Why it ended; empty while it lives. */
    reason: z.string(),
  })
  .meta({ id: 'NodeSession' });

export const removalPreviewSchema = z
  .object({
    /** Why it cannot be removed at all (the management node); empty otherwise. */
    refusal: z.string(), reachable: z.boolean(),
    instances: z.array(z.object({ id, serviceName: z.string(), state: z.string(), lastReady: z.boolean() })),
    /** Services that would have no ready instance left. */
    outages: z.array(z.string()),
    cachedModels: z.array(z.object({ modelId: id, name: z.string(), bytes: z.number() })), cachedBytes: z.number(),
  })
  .meta({ id: 'NodeRemovalPreview' });

const reason = z.string().trim().max(200).default('');
const nodeOperation = z.object({ node: nodeSchema, operation: operationSchema }).meta({ id: 'NodeOperation' });

export const routes = defineRoutes({
  listNodes: { method: 'GET', path: '/nodes', can: 'nodes.read', summary: 'All nodes with their newest sample', response: z.array(nodeSchema) },
  getNode: { method: 'GET', path: '/nodes/:id', can: 'nodes.read', summary: 'One node', response: nodeSchema },
  renameNode: {
    method: 'PATCH', path: '/nodes/:id', can: 'nodes.write', summary: 'Rename a node', body: z.object({ name: displayName }), response: nodeSchema,
  },
  createJoinToken: {
    method: 'POST', path: '/join-tokens', can: 'nodes.write', status: 201, summary: 'Single-use token (30 minutes) with which a server or a gateway joins',
    body: z.object({ kind: z.enum(['agent', 'gateway']).default('agent'), nodeName: displayName.optional() }), response: joinTokenSchema,
  },
  nodeHistory: {
    method: 'GET', path: '/nodes/:id/history', can: 'nodes.read', summary: 'Measurements of a node over time',
    query: z.object({ minutes: z.coerce.number().int().min(5).max(60 * 24 * 60).default(60), points: z.coerce.number().int().min(10).max(1000).default(240) }),
    response: historySchema,
  },
  nodeEvents: {
    method: 'GET', path: '/nodes/:id/events', can: 'nodes.read', summary: 'What happened to a node, newest first', query: pageQuery, response: pageOf(nodeEventSchema),
  },
  nodeSessions: {
    method: 'GET', path: '/nodes/:id/sessions', can: 'nodes.read', summary: 'Sessions of its agent, newest first', query: pageQuery, response: pageOf(nodeSessionSchema),
  },
  drainNode: {
    method: 'POST', path: '/nodes/:id/drain', can: 'nodes.write', status: 202,
    summary: 'Move its instances to other nodes one by one, without an outage, then hold it in maintenance; those that fit nowhere stay and are named',
    body: z.object({ reason, /** Also stop what fits nowhere else. */ force: z.boolean().default(false) }), response: nodeOperation,
  },
  maintainNode: {
    method: 'POST', path: '/nodes/:id/maintenance', can: 'nodes.write', summary: 'Place nothing new on it; what runs there goes on', body: z.object({ reason }), response: nodeSchema,
  },
  resumeNode: { method: 'POST', path: '/nodes/:id/resume', can: 'nodes.write', status: 200, summary: 'Let it take instances again', response: nodeSchema },
  quarantineGpu: {
    method: 'POST', path: '/nodes/:id/gpus/quarantine', can: 'nodes.write', summary: 'Place nothing new on a GPU',
    body: z.object({ uuid: z.string().min(1).max(96), reason }), response: nodeSchema,
  },
  releaseGpu: {
    method: 'POST', path: '/nodes/:id/gpus/release', can: 'nodes.write', summary: 'Trust a quarantined GPU again', body: z.object({ uuid: z.string().min(1).max(96) }), response: nodeSchema,
  },
  readmitNode: {
    method: 'POST', path: '/nodes/:id/readmit', can: 'nodes.write', status: 200,
    summary: 'Let an agent whose certificate expired, or that was quarantined as a clone, renew its identity once more', response: nodeSchema,
  },
  removalPreview: { method: 'GET', path: '/nodes/:id/removal', can: 'nodes.write', summary: 'What removing a node would stop and delete', response: removalPreviewSchema },
  removeNode: {
    method: 'DELETE', path: '/nodes/:id', can: 'nodes.write', status: 202,
    summary: 'Remove a node: refused while instances are on it unless drained or forced; its certificate is revoked; works when the server is dead',
    query: z.object({
      force: z.stringbool().default(false), drain: z.stringbool().default(false), removeEngines: z.stringbool().default(true),
      removeCaches: z.stringbool().default(false), removeAgent: z.stringbool().default(true),
    }),
    response: operationSchema,
  },
});
