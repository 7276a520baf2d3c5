import type { Journal, JournalRecord } from './journal.js';

/** The journal's twin for tests: same promises, nothing on disk. `failWith` makes every write fail. */
export class MemoryJournal implements Journal {
  readonly #records = new Map<string, JournalRecord>();
  failWith: Error | undefined;

  all(): readonly JournalRecord[] {
    return [...this.#records.values()];
  }

  get(instanceId: string): JournalRecord | undefined {
    return this.#records.get(instanceId);
  }

  async put(record: JournalRecord): Promise<void> {
    await Promise.resolve();
    if (this.failWith) throw this.failWith;
    this.#records.set(record.instanceId, structuredClone(record));
  }

  async forget(instanceId: string): Promise<void> {
    await Promise.resolve();
    if (this.failWith) throw this.failWith;
    this.#records.delete(instanceId);
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }
}
