import { z } from 'zod';
import { displayName, id, instant } from '../http/common.schema.js';
import { defineRoutes } from '../http/route.js';
import { nodeSchema } from '../nodes/nodes.schema.js';
import { operationSchema } from '../operations/operations.schema.js';

/** An address or a name of a server; what it may be (no loopback, not the controller itself) is checked when it is used. */
const host = z.string().trim().min(1, 'must not be empty').max(253).regex(/^[A-Za-z0-9.:-]+$/, 'must be an IP address or a host name');
const port = z.number().int().min(1).max(65_535).default(22);

/** `SHA256:` and 43 characters of base64, as `ssh-keygen -lf` prints it. */
const fingerprint = z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'must look like SHA256:… with 43 characters');

export const credentialSchema = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('password'), password: z.string().min(1).max(1024) }),
    z.object({
      kind: z.literal('key'), privateKey: z.string().min(1).max(20_000), passphrase: z.string().max(1024).optional(),
      /** Of a user who needs one for sudo. */
      sudoPassword: z.string().max(1024).optional(),
    }),
  ])
  .meta({ id: 'ServerCredential' });

export const hostKeysSchema = z
  .object({
    keys: z.array(z.object({ algorithm: z.string(), fingerprint: z.string(), bits: z.number().nullable() })),
    /** To run on the server, to compare. */
    command: z.string(),
    /** The fingerprint that is pinned for this address already; null when it is new. */
    pinned: z.string().nullable(), changed: z.boolean(), banner: z.string(), latencyMs: z.number(),
  })
  .meta({ id: 'HostKeys' });

/** One row of the report. */
export const preflightRowSchema = z
  .object({
    /** "reach-server", "reach-controller", "os", "kernel", "libc", "arch", "root", "disk-docker", "disk-models", "memory", "clock", "ports", "interfaces", "container-engine", "gpu-driver", "gpu-toolkit", "leftovers", "machine-identity" … */
    id: z.string(),
    result: z.enum(['pass', 'warn', 'fail', 'skipped']),
    /** As measured, with unit. */
    measured: z.string(), wanted: z.string(),
    /** What to do about it; empty on pass. */
    advice: z.string(),
    /** Set when the platform can mend it. */
    fix: z
      .object({
        id: z.string(), command: z.string(),
        /** Must be ticked by a person: it may end running work. */
        dangerous: z.boolean(), warning: z.string(),
        /** Done without asking when the job goes on, because adding a node means it. */
        automatic: z.boolean(),
      })
      .nullable(),
  })
  .meta({ id: 'PreflightRow' });

export const bootstrapSchema = z
  .object({
    nodeId: id, host: z.string(), port: z.number().int(), user: z.string(), type: z.enum(['gpu', 'cpu']), hostKey: z.string(), operation: operationSchema,
    preflight: z.object({ at: instant, rows: z.array(preflightRowSchema) }).nullable(),
    /** The credential is still in memory: retry and give-up need none. */
    hasCredential: z.boolean(),
  })
  .meta({ id: 'Bootstrap' });

const fixes = z.array(z.string().max(64)).max(32).default([]);

export const routes = defineRoutes({
  probeHostKeys: {
    method: 'POST', path: '/nodes/host-keys', can: 'nodes.write', status: 200,
    summary: 'Ask a server for its SSH host keys, before anything secret is sent', body: z.object({ host, port }), response: hostKeysSchema,
  },
  addNode: {
    method: 'POST', path: '/nodes', can: 'nodes.write', status: 202, summary: 'Make a server a node over SSH; the credential stays in memory for this one job',
    body: z.object({
      name: displayName, host, port, user: z.string().trim().regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'must be a user name').default('root'), credential: credentialSchema,
      type: z.enum(['gpu', 'cpu']),
      /** As confirmed by a person. Another key ends the job before the credential is sent. */
      expectedHostKey: fingerprint,
      /** always: wait after preflight. problems: wait only when a row fails or a fix must be ticked. */
      review: z.enum(['always', 'problems']).default('problems'),
      /** Fixes that are agreed to beforehand, dangerous ones too. */
      fixes,
    }),
    response: z.object({ node: nodeSchema, operation: operationSchema }).meta({ id: 'NodeAdded' }),
  },
  getBootstrap: { method: 'GET', path: '/nodes/:id/bootstrap', can: 'nodes.read', summary: 'How a node was added: report and steps', response: bootstrapSchema },
  continueBootstrap: {
    method: 'POST', path: '/nodes/:id/bootstrap/continue', can: 'nodes.write', status: 202, summary: 'Go on after the report, with the ticked fixes',
    body: z.object({ fixes, /** Check again first. */ recheck: z.boolean().default(false), /** Go on although rows fail that have no fix ticked. */ despiteFailures: z.boolean().default(false) }),
    response: bootstrapSchema,
  },
  retryBootstrap: {
    method: 'POST', path: '/nodes/:id/bootstrap/retry', can: 'nodes.write', status: 202, summary: 'Take up a failed job at the step that failed',
    body: z.object({ credential: credentialSchema.optional(), user: z.string().max(32).optional(), host: host.optional(), port: z.number().int().min(1).max(65_535).optional(), fixes }), response: bootstrapSchema,
  },
  giveUpBootstrap: {
    method: 'POST', path: '/nodes/:id/bootstrap/give-up', can: 'nodes.write', status: 202,
    summary: 'Take back what the job installed and forget the node; without a credential only the controller side is cleaned, and what stays on the server is named',
    body: z.object({ credential: credentialSchema.optional() }), response: operationSchema,
  },
});
