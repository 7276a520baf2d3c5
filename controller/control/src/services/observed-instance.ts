import { isEnded, isUnknown, nodeIdsOf, sameWish, type InstanceRow } from '../instances/index.js';
import type { NodeRow } from '../nodes/index.js';
import type { FailureFacts, ObservedInstance } from './service-facts.js';
import type { ServiceRow } from './services.store.js';

/** What more than rows is known at this moment. */
export interface Surroundings {
  readonly nodes: readonly Pick<NodeRow, 'id' | 'state' | 'stateSince'>[];
  readonly now: number;
  /** Instances whose going would give a waiting successor its place. */
  readonly makingRoom?: ReadonlySet<string>;
  /** Calls of a retired instance that gateways told of after it was retired. */
  readonly inFlight?: (instanceId: string, since: number) => number | undefined;
}

/** An instance row as the reconciler wants it. */
export function observedInstance(row: InstanceRow, service: ServiceRow, { nodes, now, makingRoom, inFlight }: Surroundings): ObservedInstance {
  const here = nodeIdsOf(row);
  const [silent] = nodes.filter(({ id, state }) => here.includes(id) && state === 'unreachable').sort((a, b) => a.stateSince - b.stateSince);
  return {
    ...failureFacts(row), id: row.id, slot: row.slot, nodeId: row.nodeId ?? undefined, desired: row.desired, stateSince: row.stateSince,
    revision: row.revision, outdated: !sameWish(row.wish, service), noPlace: row.state === 'pending' && row.phase === 'no-place',
    makesRoom: makingRoom?.has(row.id) ?? false, inFlight: row.retiredAt === null ? undefined : inFlight?.(row.id, row.retiredAt),
    ready: row.ready, leaving: row.leavingAt !== null, retiredAt: row.retiredAt ?? undefined,
    silentMs: silent && now - silent.stateSince, servedMs: row.readyAt !== null && isEnded(row.state) ? row.stateSince - row.readyAt : 0,
    released: row.releasedAt !== null, unknown: isUnknown(row, nodes), attempt: row.attempt,
    forgiven: row.state === 'failed' && service.retriedAt !== null && row.stateSince <= service.retriedAt,
  };
}

/** What tells whether another try makes sense. */
export function failureFacts({ state, readyAt, reason, message, failureSignature, failureCount }: InstanceRow): FailureFacts {
  return { state, wasReady: readyAt !== null, reason, message, failures: failureSignature === null ? undefined : { signature: failureSignature, count: failureCount } };
}
