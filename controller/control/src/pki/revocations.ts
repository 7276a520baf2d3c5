import type { Store, Tx } from '../store/index.js';
import { RevocationRow } from './pki.store.js';

/**
 * Members whose certificates count no more, in memory for the check on every message. Member ids are never
 * used twice, so revoking the member revokes all its certificates, also renewed ones.
 */
export class Revocations {
  readonly #revoked: Map<string, string>;
  readonly #listeners = new Set<(memberId: string) => void>();

  private constructor(rows: readonly RevocationRow[]) {
    this.#revoked = new Map(rows.map(({ memberId, reason }) => [memberId, reason]));
  }

  static async load(store: Store): Promise<Revocations> {
    return new Revocations(await store.manager.find(RevocationRow));
  }

  /** Takes effect with the commit: listeners cut live connections then. */
  async revoke(tx: Tx, memberId: string, reason: string): Promise<void> {
    if (await tx.manager.existsBy(RevocationRow, { memberId })) return;
    await tx.manager.insert(RevocationRow, { memberId, at: Date.now(), reason });
    tx.afterCommit(() => {
      this.#revoked.set(memberId, reason);
      for (const listener of this.#listeners) listener(memberId);
    });
  }

  /** Of every revoked member. */
  ids(): string[] {
    return [...this.#revoked.keys()];
  }

  /** Why the member was revoked; undefined when it was not. */
  reason(memberId: string): string | undefined {
    return this.#revoked.get(memberId);
  }

  /** @returns the way to unsubscribe. */
  onRevoked(listener: (memberId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
