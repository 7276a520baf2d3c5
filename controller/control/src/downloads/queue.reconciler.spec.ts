import { describe, expect, it } from 'vitest';
import { inOrder, neededBytes, planQueue, type QueueRow, type QueueView } from './queue.reconciler.js';

const row = (id: string, over: Partial<QueueRow> = {}): QueueRow => ({ id, state: 'queued', rank: Number(id.slice(1)), waitingFor: null, retryAt: null, remainingBytes: 1000, cleared: false, ...over });
const plan = (rows: QueueRow[], over: Partial<QueueView> = {}) => planQueue({ rows, running: new Set(), slots: 1, freeBytes: 1e12, reserveBytes: 0, now: 100, ...over });

describe('the download queue', () => {
  it('starts in the order of submission, as many as there are slots', () => {
    const rows = [row('d3'), row('d1'), row('d2')];
    expect(plan(rows)).toEqual([{ kind: 'start', id: 'd1' }]);
    expect(plan(rows, { slots: 2 })).toEqual([{ kind: 'start', id: 'd1' }, { kind: 'start', id: 'd2' }]);
    expect(plan([row('d0', { state: 'active' }), ...rows], { running: new Set(['d0']) })).toEqual([]);
  });

  it('takes up active ones that nobody works on, before others', () => {
    expect(plan([row('d1'), row('d2', { state: 'active' })])).toEqual([{ kind: 'run', id: 'd2' }]);
  });

  it.each(['paused', 'cancelled', 'queued', 'waiting', 'failed'] as const)('stops a run whose row is %s, and starts nobody in its place before it ended', (state) => {
    expect(plan([row('d1', { state, retryAt: 500 }), row('d2')], { running: new Set(['d1']) })).toEqual([{ kind: 'stop', id: 'd1' }]);
  });

  it('clears what was cancelled once, and only when nobody writes there', () => {
    expect(plan([row('d1', { state: 'cancelled' })])).toEqual([{ kind: 'clear', id: 'd1' }]);
    expect(plan([row('d1', { state: 'cancelled' })], { running: new Set(['d1']) })).toEqual([{ kind: 'stop', id: 'd1' }]);
    expect(plan([row('d1', { state: 'cancelled', cleared: true })])).toEqual([]);
  });

  it('counts 2 % and the reserve, and what active ones will still write', () => {
    expect(neededBytes(1000, 50)).toBe(1070);
    expect(plan([row('d1')], { freeBytes: 1069, reserveBytes: 50 })).toEqual([{ kind: 'wait-for-space', id: 'd1', neededBytes: 1070 }]);
    expect(plan([row('d1')], { freeBytes: 1070, reserveBytes: 50 })).toEqual([{ kind: 'start', id: 'd1' }]);
    const active = row('d1', { state: 'active', remainingBytes: 500 });
    expect(plan([active, row('d2')], { running: new Set(['d1']), slots: 2, freeBytes: 1570, reserveBytes: 50 })).toEqual([{ kind: 'wait-for-space', id: 'd2', neededBytes: 1580 }]);
  });

  it('lets a small one pass while a large one waits for space', () => {
    expect(plan([row('d1', { remainingBytes: 9000 }), row('d2')], { freeBytes: 2000 })).toEqual([{ kind: 'wait-for-space', id: 'd1', neededBytes: 9180 }, { kind: 'start', id: 'd2' }]);
  });

  it('makes an active one give way when others eat the reserve', () => {
    expect(plan([row('d1', { state: 'active' })], { running: new Set(['d1']), freeBytes: 499, reserveBytes: 1000 })).toEqual([{ kind: 'give-way', id: 'd1', neededBytes: 2020 }]);
    expect(plan([row('d1', { state: 'active' })], { running: new Set(['d1']), freeBytes: 500, reserveBytes: 1000 })).toEqual([]);
  });

  it('ends a wait when its time has come and, for space, when there is some', () => {
    const hub = row('d1', { state: 'waiting', waitingFor: 'hub', retryAt: 101 });
    expect(plan([hub])).toEqual([]);
    expect(plan([hub], { now: 101 })).toEqual([{ kind: 'go-on', id: 'd1' }]);
    const space = row('d1', { state: 'waiting', waitingFor: 'space', retryAt: 50 });
    expect(plan([space], { freeBytes: 1019 })).toEqual([]);
    expect(plan([space], { freeBytes: 1020 })).toEqual([{ kind: 'go-on', id: 'd1' }]);
  });

  it('does not hold a slot for one that waits for its hub', () => {
    expect(plan([row('d1', { state: 'waiting', waitingFor: 'hub', retryAt: 500 }), row('d2')])).toEqual([{ kind: 'start', id: 'd2' }]);
  });

  it('puts a resumed one, with a lower rank than all, next', () => {
    expect(inOrder([row('d1'), row('d2'), row('d9', { rank: -1 })]).map(({ id }) => id)).toEqual(['d9', 'd1', 'd2']);
  });
});
