import { Controller } from '@nestjs/common';
import { LessThan } from 'typeorm';
import type { z } from 'zod';
import { ApiError, Endpoint, Input, type InputOf } from '../http/index.js';
import { Store } from '../store/index.js';
import { routes, type auditSchema } from './audit.schema.js';
import { AuditEntry } from './audit.store.js';

type AuditView = z.infer<typeof auditSchema>;

@Controller()
export class AuditController {
  constructor(private readonly store: Store) {}

  @Endpoint(routes.listAudit)
  async listAudit(@Input() { query }: InputOf<typeof routes.listAudit>): Promise<{ items: AuditView[]; next: string | null }> {
    const where = query.before === undefined ? {} : { sequence: LessThan(sequenceOf(query.before)) };
    const rows = await this.store.manager.find(AuditEntry, { where, order: { sequence: 'DESC' }, take: query.limit + 1 });
    const page = rows.slice(0, query.limit);
    return { items: page.map(auditView), next: rows.length > query.limit ? String(page.at(-1)?.sequence ?? 0) : null };
  }
}

function sequenceOf(before: string): number {
  if (!/^\d{1,15}$/.test(before)) throw new ApiError('bad-request', 'before: is not a `next` of an earlier page', { field: 'before' });
  return Number(before);
}

function auditView({ id, at, actor, address, verb, objectType, objectId, objectName, changes }: AuditEntry): AuditView {
  return { id, at: new Date(at).toISOString(), actor, address, verb, objectType, objectId, objectName, changes: changes as Record<string, unknown> };
}
