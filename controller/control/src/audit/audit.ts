import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { Clock } from '../config/index.js';
import { newId, type Tx } from '../store/index.js';
import { AuditEntry, AuditHead } from './audit.store.js';

/** Who did it; a `Caller` is one. */
export interface Actor {
  readonly userId: string;
  readonly username: string;
  readonly address: string;
}

export interface AuditObject {
  readonly type: string;
  readonly id: string;
  readonly name: string;
}

/** The product itself: retention, first start, loops. */
export const SYSTEM_ACTOR: Actor = { userId: 'system', username: 'system', address: '' };

/** Writes who did what, in the transaction of the deed: without the record there is no deed. */
@Injectable()
export class Audit {
  constructor(private readonly clock: Clock) {}

  /**
   * @param verb what was done, e.g. `user.create`
   * @param changes what changed, from a list of fields chosen by the caller: never secrets
   */
  async record(tx: Tx, actor: Actor, verb: string, object: AuditObject, changes: Readonly<Record<string, unknown>> = {}): Promise<void> {
    // The update takes the row lock on MySQL; on SQLite transactions take turns anyway.
    await tx.manager.increment(AuditHead, { id: 1 }, 'sequence', 1);
    const head = await tx.manager.findOneByOrFail(AuditHead, { id: 1 });
    const entry = {
      sequence: head.sequence, id: newId(), at: this.clock.now(), actorId: actor.userId, actor: actor.username, address: actor.address, verb,
      objectType: object.type, objectId: object.id, objectName: object.name, changes: { ...changes }, previousHash: head.hash,
    };
    const hash = hashOf(entry);
    await tx.manager.insert(AuditEntry, { ...entry, hash });
    await tx.manager.update(AuditHead, { id: 1 }, { hash });
  }
}

/** SHA-256 over the entry's fields in a fixed order, the previous hash among them; hex. */
export function hashOf(entry: Omit<AuditEntry, 'hash'>): string {
  const { sequence, id, at, actorId, actor, address, verb, objectType, objectId, objectName, changes, previousHash } = entry;
  const fields = [sequence, id, at, actorId, actor, address, verb, objectType, objectId, objectName, ordered(changes), previousHash];
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}

/** The same document with its keys in order, because MySQL does not keep theirs. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => [key, ordered(entry)]),
  );
}
