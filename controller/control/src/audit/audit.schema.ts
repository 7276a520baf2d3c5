import { z } from 'zod';
import { instant, pageOf, pageQuery } from '../http/common.schema.js';
import { defineRoutes } from '../http/route.js';

export const auditSchema = z
  .object({
    id: z.string(), at: instant, actor: z.string(), address: z.string(), verb: z.string(), objectType: z.string(), objectId: z.string(), objectName: z.string(),
    changes: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEntry' });

export const routes = defineRoutes({
  listAudit: { method: 'GET', path: '/audit', can: 'audit.read', summary: 'Who did what, newest first', query: pageQuery, response: pageOf(auditSchema).meta({ id: 'AuditPage' }) },
});
