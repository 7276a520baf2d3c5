import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { Store, type Tx } from '../store/index.js';
import type { revisionSchema } from './services.schema.js';
import { ServiceRevisionRow, type ServiceRow } from './services.store.js';

export type RevisionView = z.infer<typeof revisionSchema>;
/** How a service runs: what a revision keeps. */
export type ServiceSpec = Pick<ServiceRow, 'engine' | 'mode' | 'parameters' | 'argv' | 'contextLength' | 'parallel' | 'needBytes' | 'networkInterface'>;

export const REVISIONS_PER_SERVICE = 100;

/** How services ran before; rows are added by whoever changes a service, and never changed. */
@Injectable()
export class ServiceRevisions {
  constructor(private readonly store: Store) {}

  async get(serviceId: string, revision: number): Promise<ServiceRevisionRow | undefined> {
    return (await this.store.manager.findOneBy(ServiceRevisionRow, { serviceId, revision })) ?? undefined;
  }

  async list(service: ServiceRow): Promise<RevisionView[]> {
    const rows = await this.store.manager.find(ServiceRevisionRow, { where: { serviceId: service.id }, order: { revision: 'DESC' }, take: REVISIONS_PER_SERVICE });
    return rows.map(({ revision, createdAt, createdBy, engine, parameters, contextLength, parallel, argv, networkInterface, note }) => ({
      revision, createdAt: new Date(createdAt).toISOString(), createdBy, current: revision === service.revision, engine, parameters, contextLength, parallel, argv, networkInterface, note,
    }));
  }

  async add(tx: Tx, row: { [K in keyof ServiceRevisionRow]: ServiceRevisionRow[K] }): Promise<void> {
    await tx.manager.insert(ServiceRevisionRow, row);
  }

  async forget(tx: Tx, serviceId: string): Promise<void> {
    await tx.manager.delete(ServiceRevisionRow, { serviceId });
  }
}
