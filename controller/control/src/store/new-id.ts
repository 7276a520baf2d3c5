import { randomUUIDv7 } from 'node:crypto';

/** A UUIDv7: unique without a database, sortable by time of making, never reused. */
export function newId(): string {
  return randomUUIDv7();
}
