import type { LaunchIntent } from '@openstation/proto';
import { isEnded, type InstanceState } from './instance.machine.js';
import { InstanceRow } from './instances.store.js';

/** One node's part of an instance that spans nodes: where it was put (scheduler) and what its agent says of it. */
export interface GroupMember {
  readonly rank: number;
  readonly nodeId: string;
  readonly gpuUuids: readonly string[];
  readonly intent: LaunchIntent;
  readonly state: InstanceState;
  readonly ready: boolean;
  readonly phase: string;
  readonly percent: number;
  readonly message: string;
  readonly memoryBytes: number;
  /** Session and revision of the newest status taken: older ones are dropped. */
  readonly session: number;
  readonly revision: number;
  /** Its node confirmed that nothing of it is left, or is gone for good. */
  readonly releasedAt: number | null;
}

/** Where an instance lies: a node with its cards; of a group every member's, the head's first. */
export interface Seat {
  readonly nodeId: string;
  readonly gpuUuids: readonly string[];
}

type Placed = Pick<InstanceRow, 'nodeId' | 'gpuUuids' | 'members'>;

export function freshMember(seat: Seat & { readonly rank: number; readonly intent: LaunchIntent }): GroupMember {
  return { ...seat, state: 'assigned', ready: false, phase: 'assigned', percent: 0, message: '', memoryBytes: 0, session: 0, revision: 0, releasedAt: null };
}

export function seatsOf({ nodeId, gpuUuids, members }: Placed): readonly Seat[] {
  if (members) return members;
  return nodeId === null ? [] : [{ nodeId, gpuUuids }];
}

export function nodeIdsOf(row: Placed): readonly string[] {
  return seatsOf(row).map(({ nodeId }) => nodeId);
}

/**
 * Cards and memory that an instance holds now, by node. A failed member's agent has stopped its engine before it said so;
 * the others of a failed group hold theirs until their agents say that they are gone.
 */
export function heldSeats(row: Placed & Pick<InstanceRow, 'state' | 'releasedAt'>): readonly Seat[] {
  if (row.releasedAt !== null || row.state === 'pending') return [];
  if (row.members) return row.members.filter(({ state, releasedAt }) => releasedAt === null && !isEnded(state));
  return isEnded(row.state) ? [] : seatsOf(row);
}

/** All members go: the instance is to stop, or one of them has ended and took the others with it. */
export function isTornDown({ desired, state }: Pick<InstanceRow, 'desired' | 'state'>): boolean {
  return desired === 'stop' || isEnded(state);
}

/** What one node is told of an instance; undefined when it has nothing (more) to do with it. */
export function toldTo(row: InstanceRow, nodeId: string): InstanceRow | undefined {
  if (!row.members) return row.nodeId === nodeId && row.releasedAt === null ? row : undefined;
  const member = row.members.find((one) => one.nodeId === nodeId);
  if (!member || member.releasedAt !== null) return undefined;
  return Object.assign(new InstanceRow(), row, { nodeId, gpuUuids: [...member.gpuUuids], intent: member.intent, desired: isTornDown(row) ? ('stop' as const) : ('run' as const) });
}
