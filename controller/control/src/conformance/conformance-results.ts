import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { ChangeFeed } from '../events/index.js';
import type { conformanceSchema } from '../services/services.schema.js';
import { Store, type Tx } from '../store/index.js';
import { ConformanceRow } from './conformance.store.js';

export type ConformanceView = z.infer<typeof conformanceSchema>;

/** What was found out, by service and revision. */
@Injectable()
export class ConformanceResults {
  constructor(
    private readonly store: Store,
    private readonly feed: ChangeFeed,
  ) {}

  async has(serviceId: string, revision: number): Promise<boolean> {
    return this.store.manager.existsBy(ConformanceRow, { serviceId, revision });
  }

  async all(): Promise<readonly ConformanceRow[]> {
    return this.store.manager.find(ConformanceRow);
  }

  async of(serviceId: string): Promise<readonly ConformanceRow[]> {
    return this.store.manager.findBy(ConformanceRow, { serviceId });
  }

  async put(row: { [K in keyof ConformanceRow]: ConformanceRow[K] }): Promise<void> {
    await this.store.transaction(async (tx) => {
      await tx.manager.delete(ConformanceRow, { serviceId: row.serviceId, revision: row.revision });
      await tx.manager.insert(ConformanceRow, row);
      tx.afterCommit(() => this.feed.publish({ topic: 'services', id: row.serviceId, kind: 'changed' }));
    });
  }

  /** With the service it ends. */
  async forget(tx: Tx, serviceId: string): Promise<void> {
    await tx.manager.delete(ConformanceRow, { serviceId });
  }
}

export function conformanceView(rows: readonly ConformanceRow[], serviceId: string, revision: number): ConformanceView | null {
  const row = rows.find((one) => one.serviceId === serviceId && one.revision === revision);
  if (!row) return null;
  return { checkedAt: new Date(row.checkedAt).toISOString(), revision, results: row.results, embeddingDimensions: row.embeddingDimensions, suggestions: row.suggestions };
}
