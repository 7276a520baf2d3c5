import { LaunchIntent } from '@openstation/proto';
import { describe, expect, it } from 'vitest';
import { freshMember, heldSeats, toldTo } from './group-member.js';
import { applyMemberStatus } from './group-status.js';
import { InstanceRow } from './instances.store.js';
import type { ObservedStatus } from './observed-status.js';

const NOW = 5_000;
const NODES = ['a', 'b', 'c'];
const intent = (rank: number, hold: boolean) => LaunchIntent.fromPartial({ engine: 'vllm', group: { rank, size: 3, hold } });

function group(over: Partial<InstanceRow> = {}, hold = false): InstanceRow {
  const members = NODES.map((nodeId, rank) => freshMember({ nodeId, rank, gpuUuids: [`GPU-${nodeId}`], intent: intent(rank, hold) }));
  return Object.assign(new InstanceRow(), {
    id: 'i', generation: 1, desired: 'run', state: 'assigned', stateSince: 1, ready: false, readyAt: null, phase: 'assigned', percent: 0, message: '', reason: '', handle: '', memoryBytes: null,
    health: '', healthEvidence: '', releasedAt: null, nodeId: 'a', gpuUuids: ['GPU-a'], intent: intent(0, hold), members, ...over,
  });
}

/** A member's word, with revisions that rise by themselves. */
let revision = 0;
function says(row: InstanceRow, nodeId: string, over: Partial<ObservedStatus>) {
  const status: ObservedStatus = { instanceId: 'i', generation: row.generation, state: 'running', ready: false, phase: 'rank', percent: 100, message: '', reason: '', revision: (revision += 1), handle: nodeId, memoryBytes: 0, health: '', healthEvidence: '', modelBytesDone: 0, modelBytesTotal: 0, ...over };
  const change = applyMemberStatus(row, nodeId, 1, status, NOW);
  if (change) Object.assign(row, change.columns);
  return change;
}

function running(): InstanceRow {
  const row = group();
  says(row, 'b', {});
  says(row, 'c', {});
  says(row, 'a', { ready: true, phase: 'ready' });
  return row;
}

describe('a group as one', () => {
  it('workers may come first; it is as far as its last member and ready with its head', () => {
    const row = group();
    says(row, 'c', {});
    says(row, 'b', {});
    expect(row).toMatchObject({ state: 'assigned', ready: false });
    says(row, 'a', { state: 'loading', percent: 80, phase: 'weights' });
    expect(row).toMatchObject({ state: 'loading', percent: 80, phase: 'weights', ready: false });
    expect(says(row, 'a', { ready: true })).toMatchObject({ routes: true });
    expect(row).toMatchObject({ state: 'running', ready: true, readyAt: NOW, phase: 'ready', handle: 'a' });
  });

  it('a ready head without all members is not ready', () => {
    const row = group();
    says(row, 'a', { ready: true });
    says(row, 'b', {});
    expect(row).toMatchObject({ state: 'assigned', ready: false });
  });

  it('all start when the last one is prepared, not before', () => {
    const row = group({}, true);
    const prepared = { state: 'preparing', phase: 'group', percent: 60 } as const;
    says(row, 'a', prepared);
    says(row, 'b', prepared);
    expect(row.generation).toBe(1);
    expect(says(row, 'c', prepared)).toMatchObject({ assignments: true });
    expect(row.generation).toBe(2);
    expect(row.members?.map((one) => one.intent.group?.hold)).toEqual([false, false, false]);
    expect(toldTo(row, 'b')).toMatchObject({ desired: 'run', generation: 2, intent: { group: { rank: 1, hold: false } } });
    expect(says(row, 'c', { ...prepared, generation: 1 })).toBeUndefined();
  });

  it.each([['a', 0], ['b', 1], ['c', 2]])('the failure of %s ends all: a new generation is the tombstone for every node', (nodeId, rank) => {
    const row = running();
    const change = says(row, nodeId, { state: 'failed', reason: 'exited', message: 'signal 9' });
    expect(change).toMatchObject({ routes: true, assignments: true });
    expect(row).toMatchObject({ state: 'failed', reason: 'exited', message: `rank ${rank} of 3: signal 9`, ready: false, generation: 2, desired: 'run' });
    for (const node of NODES) expect(toldTo(row, node)).toMatchObject({ desired: 'stop', generation: 2 });
  });

  it('the first cause stays: what the others say when they are torn down is not news', () => {
    const row = running();
    says(row, 'c', { state: 'failed', reason: 'exited', message: 'signal 9' });
    expect(says(row, 'a', { generation: 1, state: 'failed', reason: 'gpu-memory', message: 'late' })).toBeUndefined();
    says(row, 'a', { state: 'stopped' });
    expect(row).toMatchObject({ state: 'failed', reason: 'exited', message: 'rank 2 of 3: signal 9' });
  });

  it('cards are held until each node let go of them', () => {
    const row = running();
    expect(heldSeats(row).map(({ nodeId }) => nodeId)).toEqual(NODES);
    says(row, 'b', { state: 'failed', reason: 'exited' });
    expect(heldSeats(row).map(({ nodeId }) => nodeId)).toEqual(['a', 'c']);
    says(row, 'a', { state: 'stopped' });
    expect(heldSeats(row).map(({ nodeId }) => nodeId)).toEqual(['c']);
    expect([toldTo(row, 'a'), toldTo(row, 'c')?.desired]).toEqual([undefined, 'stop']);
  });

  it('is released when it is unwanted and the last node confirmed', () => {
    const row = running();
    Object.assign(row, { desired: 'stop', generation: 2 });
    says(row, 'a', { state: 'stopped' });
    says(row, 'b', { state: 'stopped' });
    expect(row.releasedAt).toBeNull();
    says(row, 'c', { state: 'stopped' });
    expect(row).toMatchObject({ state: 'stopped', releasedAt: NOW });
  });

  it('a word of another node, an older session or an older revision is dropped', () => {
    const row = running();
    expect(says(row, 'stranger', { state: 'failed' })).toBeUndefined();
    expect(says(row, 'a', { revision: 1, state: 'failed' })).toBeUndefined();
    expect(applyMemberStatus(row, 'a', 0, { ...({} as ObservedStatus), generation: 9, revision: 999, state: 'failed' }, NOW)).toBeUndefined();
  });
});
