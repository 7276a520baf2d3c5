import { z } from 'zod';
import { id, instant, pageOf, pageQuery } from '../http/common.schema.js';
import { defineRoutes } from '../http/route.js';

export const callSchema = z
  .object({
    id: z.string(), startedAt: instant, userId: z.string().nullable(), username: z.string().nullable(), keyId: z.string().nullable(), model: z.string(),
    serviceId: z.string().nullable(), instanceId: z.string().nullable(), path: z.string(), stream: z.boolean(), status: z.number().int(),
    outcome: z.enum(['ok', 'client_abort', 'upstream_error', 'truncated', 'timeout', 'rejected']), durationMs: z.number(), ttftMs: z.number().nullable(),
    promptTokens: z.number().int().nullable(), completionTokens: z.number().int().nullable(), totalTokens: z.number().int().nullable(), tokensEstimated: z.boolean(),
    tokensPerSecond: z.number().nullable(), retries: z.number().int(), queueMs: z.number().nullable(), connectMs: z.number().nullable(), errorCode: z.string().nullable(),
  })
  .meta({ id: 'Call' });

export const usageSummarySchema = z
  .object({
    minutes: z.number().int(), requests: z.number().int(), failedRequests: z.number().int(), promptTokens: z.number(), completionTokens: z.number(),
    requestsPerMinute: z.number(), ttftP50Ms: z.number().nullable(), ttftP95Ms: z.number().nullable(), tokensPerSecondP50: z.number().nullable(),
    series: z.array(z.object({ at: instant, requests: z.number().int(), completionTokens: z.number(), ttftP50Ms: z.number().nullable() })),
  })
  .meta({ id: 'UsageSummary' });

export const routes = defineRoutes({
  listCalls: {
    method: 'GET', path: '/calls', can: 'usage.own', summary: 'Call log, newest first; without usage.any only the own calls',
    query: pageQuery.extend({ serviceId: id.optional(), userId: id.optional(), outcome: z.string().max(20).optional() }), response: pageOf(callSchema).meta({ id: 'CallPage' }),
  },
  usageSummary: {
    method: 'GET', path: '/usage', can: 'usage.own', summary: 'Totals and a series over the last minutes; without usage.any of the own calls',
    query: z.object({ minutes: z.coerce.number().int().min(1).max(43_200).default(60), serviceId: id.optional() }), response: usageSummarySchema,
  },
});
