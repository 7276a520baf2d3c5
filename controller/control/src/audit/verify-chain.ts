import { MoreThan } from 'typeorm';
import type { Store } from '../store/index.js';
import { hashOf } from './audit.js';
import { AuditEntry, AuditHead } from './audit.store.js';

const PAGE = 1000;

/** The sequence number of the first entry that was changed, removed or added by other hands; undefined when the chain is whole. */
export async function firstBrokenEntry(store: Store): Promise<number | undefined> {
  let sequence = 0;
  let hash = '';
  for (;;) {
    const entries = await store.manager.find(AuditEntry, { where: { sequence: MoreThan(sequence) }, order: { sequence: 'ASC' }, take: PAGE });
    for (const entry of entries) {
      if (entry.sequence !== sequence + 1 || entry.previousHash !== hash || entry.hash !== hashOf(entry)) return sequence + 1;
      ({ sequence, hash } = entry);
    }
    if (entries.length < PAGE) break;
  }
  const head = await store.manager.findOneByOrFail(AuditHead, { id: 1 });
  return head.sequence === sequence && head.hash === hash ? undefined : sequence + 1;
}
