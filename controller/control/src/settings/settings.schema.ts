import { z } from 'zod';
import { defineRoutes } from '../http/route.js';

export const settingsSchema = z
  .object({
    /** Host name or address that users reach the cluster by; null: the address of the request. */
    publicHost: z.string().nullable(),
    sessionIdleMinutes: z.number().int(), callRetentionDays: z.number().int(),
  })
  .meta({ id: 'Settings' });

export const systemSchema = z
  .object({
    version: z.string(), clusterId: z.string(), database: z.enum(['sqlite', 'mysql']), startedAt: z.string(),
    /** Base address for OpenAI clients, with /v1. */
    gatewayUrl: z.string(), certificateFingerprint: z.string(), gateways: z.array(z.object({ id: z.string(), connected: z.boolean() })),
  })
  .meta({ id: 'System' });

export const routes = defineRoutes({
  getSettings: { method: 'GET', path: '/settings', can: 'settings.read', summary: 'Settings an administrator edits', response: settingsSchema },
  updateSettings: {
    method: 'PATCH', path: '/settings', can: 'settings.write', summary: 'Change settings',
    body: z.object({
      publicHost: z.string().trim().max(253).regex(/^[A-Za-z0-9.:-]+$/, 'must be a host name or an address, without scheme and port').nullable().optional(),
      sessionIdleMinutes: z.number().int().min(5).max(1440).optional(), callRetentionDays: z.number().int().min(1).max(3650).optional(),
    }),
    response: settingsSchema,
  },
  getSystem: { method: 'GET', path: '/system', can: 'signed-in', summary: 'Version and addresses', response: systemSchema },
  health: { method: 'GET', path: '/health', can: 'public', summary: 'Whether the controller serves', response: z.object({ status: z.literal('ok'), version: z.string() }).meta({ id: 'Health' }) },
});
