import type { EngineRecord } from '../driver/index.js';

/** Instances whose engines differ between two lists. Without an earlier list everything counts as changed. */
export function changedInstances(before: readonly EngineRecord[] | undefined, after: readonly EngineRecord[]): Set<string> {
  const old = new Map((before ?? []).map((record) => [record.name, record]));
  const changed = new Set<string>();
  for (const record of after) {
    const earlier = old.get(record.name);
    if (!earlier || earlier.state !== record.state || earlier.handle !== record.handle || earlier.exitCode !== record.exitCode) changed.add(record.instanceId);
    old.delete(record.name);
  }
  for (const gone of old.values()) changed.add(gone.instanceId);
  return changed;
}
