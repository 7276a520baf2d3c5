import { isEnded, isUnknown, nodeIdsOf, type InstanceRow } from '../instances/index.js';
import type { NodeRow } from '../nodes/index.js';
import type { ObservedInstance } from './service.reconciler.js';

/** An instance row as the reconciler wants it. */
export function observedInstance(row: InstanceRow, nodes: readonly Pick<NodeRow, 'id' | 'state' | 'stateSince'>[], now: number): ObservedInstance {
  const here = nodeIdsOf(row);
  const [silent] = nodes.filter(({ id, state }) => here.includes(id) && state === 'unreachable').sort((a, b) => a.stateSince - b.stateSince);
  return {
    id: row.id, slot: row.slot, nodeId: row.nodeId ?? undefined, desired: row.desired, state: row.state, stateSince: row.stateSince,
    wasReady: row.readyAt !== null, ready: row.ready, leaving: row.leavingAt !== null, retiredAt: row.retiredAt ?? undefined,
    silentMs: silent && now - silent.stateSince, servedMs: row.readyAt !== null && isEnded(row.state) ? row.stateSince - row.readyAt : 0,
    released: row.releasedAt !== null, unknown: isUnknown(row, nodes), reason: row.reason, message: row.message, attempt: row.attempt,
    failures: row.failureSignature === null ? undefined : { signature: row.failureSignature, count: row.failureCount },
  };
}
