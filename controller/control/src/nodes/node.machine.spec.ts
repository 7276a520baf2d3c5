import { describe, expect, it } from 'vitest';
import { LEARNING_MS, brakeEngaged, nodeStateNow, nodeStates, type NodeState } from './node.machine.js';

const now = (state: NodeState, silentMs: number | undefined, upMs = LEARNING_MS * 10) => nodeStateNow({ state, silentMs, upMs });

describe('node machine', () => {
  it.each(nodeStates.filter((state) => state !== 'removed'))('%s hears a heartbeat: healthy', (state) => {
    expect(now(state, 0)).toBe('healthy');
    expect(now(state, 14_999)).toBe('healthy');
  });

  it('is suspect at 15 s and unreachable at 45 s', () => {
    expect(now('healthy', 15_000)).toBe('suspect');
    expect(now('suspect', 44_999)).toBe('suspect');
    expect(now('suspect', 45_000)).toBe('unreachable');
  });

  it('stays removed, whatever is heard', () => {
    expect(now('removed', 0)).toBe('removed');
    expect(now('removed', undefined)).toBe('removed');
  });

  it('declares nobody silent in the learning window', () => {
    expect(now('healthy', undefined, LEARNING_MS - 1)).toBe('healthy');
    expect(now('healthy', 50_000, LEARNING_MS - 1)).toBe('healthy');
    expect(now('healthy', undefined, LEARNING_MS)).toBe('unreachable');
  });

  it('leaves a node that never came waiting, not lost', () => {
    expect(now('joining', undefined)).toBe('joining');
  });
});

describe('mass-failure brake', () => {
  const nodes = (lost: number, healthy: number, sinceMs = 5_000) => [
    ...Array.from({ length: lost }, () => ({ state: 'unreachable' as const, sinceMs })),
    ...Array.from({ length: healthy }, () => ({ state: 'healthy' as const, sinceMs: 1e9 })),
  ];
  it.each([
    [2, 0, false], [3, 0, true], [3, 2, true], [3, 3, false], [4, 3, true],
  ])('%i lost, %i healthy: %s', (lost, healthy, engaged) => {
    expect(brakeEngaged(nodes(lost, healthy))).toBe(engaged);
  });
  it('does not engage for nodes that have been away for longer', () => {
    expect(brakeEngaged(nodes(5, 0, 60_001))).toBe(false);
  });
  it('holds while most are away, lets go when they come back, and after a quarter of an hour', () => {
    expect(brakeEngaged(nodes(5, 3, 200_000), 200_000)).toBe(true);
    expect(brakeEngaged(nodes(4, 4, 200_000), 200_000)).toBe(false);
    expect(brakeEngaged(nodes(5, 3, 900_000), 900_000)).toBe(false);
  });
});
