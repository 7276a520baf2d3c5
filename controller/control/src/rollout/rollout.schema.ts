import { z } from 'zod';
import { id, instant } from '../http/common.schema.js';
import { defineRoutes } from '../http/route.js';
import { operationSchema } from '../operations/operations.schema.js';

/** An agent that this controller can hand out: one archive per architecture, signed. */
export const agentReleaseSchema = z
  .object({
    version: z.string(), builtAt: instant, current: z.boolean(),
    /** What happened to the node that could not work with it; '' when nothing did. It is given to nobody who does not name it. */
    failure: z.string(),
    archives: z.array(z.object({ arch: z.enum(['x64', 'arm64']), bytes: z.number(), sha256: z.string() })),
  })
  .meta({ id: 'AgentRelease' });

export const routes = defineRoutes({
  joinScript: { method: 'GET', path: '/join-script', can: 'public', status: 200, summary: 'Shell script that makes the server it runs on a node; the join command runs it' },
  agentArchive: { method: 'GET', path: '/agent-archives/:arch', can: 'public', status: 200, summary: 'The newest agent for an architecture, x64 or arm64, as the join script fetches it' },
  listAgentReleases: { method: 'GET', path: '/agent-releases', can: 'nodes.read', summary: 'Agents that can be installed or upgraded to', response: z.array(agentReleaseSchema) },
  upgradeAgents: {
    method: 'POST', path: '/agent-upgrades', can: 'nodes.write', status: 202,
    summary: 'Upgrade agents in stages: one node first, then the rest in batches; stops at the first that does not come back healthy, which returns to its old agent by itself',
    body: z.object({ version: z.string().max(64).optional(), nodeIds: z.array(id).max(2000).default([]), batch: z.number().int().min(1).max(100).default(5) }),
    response: operationSchema,
  },
});
