import type { JournalRecord } from '../journal/index.js';
import type { Runner } from './runner.js';

/** Only on top of the same wish: a newer one in the journal is never overwritten by the old one's progress. */
export async function save(runner: Runner, next: JournalRecord): Promise<void> {
  const current = runner.parts.journal.get(next.instanceId);
  if (!current || current.generation !== next.generation || current.desired !== next.desired) return;
  await runner.parts.journal.put({ ...next, updatedAtMs: runner.parts.now() });
}
