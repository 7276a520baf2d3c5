import { Desired, type Assignment } from '@openstation/proto';
import type { JournalRecord } from '../journal/index.js';

/** What the journal shall hold after an assignment; undefined when nothing changes. */
export function accepted(known: JournalRecord | undefined, assignment: Assignment, nowMs: number): JournalRecord | undefined {
  const desired = assignment.desired === Desired.RUN ? 'run' : assignment.desired === Desired.STOP ? 'stop' : undefined;
  if (desired === undefined || !usableId(assignment.instanceId)) return undefined;
  if (known && assignment.generation < known.generation) return undefined; // an older wish, late
  if (known && assignment.generation === known.generation) {
    // Within a generation a wish only ever changes to stop: a tombstone is final.
    if (known.desired === desired || known.desired === 'stop') return undefined;
    return { ...known, desired, outcome: undefined, updatedAtMs: nowMs };
  }
  return {
    instanceId: assignment.instanceId,
    generation: assignment.generation,
    desired,
    stage: 'accepted',
    intent: assignment.intent,
    driver: known?.driver,
    port: undefined,
    wasReady: false,
    outcome: undefined,
    updatedAtMs: nowMs,
  };
}

/** Finished tombstones that the controller does not mention any more: both sides are done with them. */
export function settled(records: readonly JournalRecord[], mentioned: ReadonlySet<string>): string[] {
  return records
    .filter((record) => record.desired === 'stop' && record.outcome?.state === 'stopped' && !mentioned.has(record.instanceId))
    .map((record) => record.instanceId);
}

/** Instance ids become names of directories and containers. */
function usableId(id: string): boolean {
  return /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,99}$/.test(id);
}
