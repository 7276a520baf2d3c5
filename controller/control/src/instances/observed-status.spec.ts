import { describe, expect, it } from 'vitest';
import { InstanceRow } from './instances.store.js';
import { applyStatus, type ObservedStatus } from './observed-status.js';

const NOW = 1_000;
const row = (over: Partial<InstanceRow> = {}) =>
  Object.assign(new InstanceRow(), { id: 'i', generation: 1, desired: 'run', state: 'loading', stateSince: 1, ready: false, readyAt: null, phase: 'weights', percent: 40, message: '', reason: '', handle: 'h', memoryBytes: null, health: '', healthEvidence: '', observedSession: 3, observedRevision: 7, releasedAt: null, ...over });
const status = (over: Partial<ObservedStatus> = {}): ObservedStatus => ({
  instanceId: 'i', generation: 1, state: 'loading', ready: false, phase: 'weights', percent: 60, message: '', reason: '', revision: 8, handle: 'h', memoryBytes: 0, modelBytesDone: 0, modelBytesTotal: 0, health: '', healthEvidence: '', ...over,
});
const apply = (r: InstanceRow, session: number, s: ObservedStatus) => applyStatus(r, session, s, NOW)?.columns;

describe('observed status', () => {
  it('takes a newer word of the same session', () => expect(apply(row(), 3, status())).toMatchObject({ percent: 60, observedRevision: 8 }));
  it('drops an older revision of the same session', () => expect(apply(row(), 3, status({ revision: 7 }))).toBeUndefined());
  it('drops an older session whatever its revision', () => expect(apply(row(), 2, status({ revision: 99 }))).toBeUndefined());
  it('takes a new session whose revisions start again', () => expect(apply(row(), 4, status({ revision: 1 }))).toMatchObject({ observedSession: 4, percent: 60 }));
  it('drops a stale generation', () => expect(apply(row({ generation: 2 }), 3, status())).toBeUndefined());
  it('writes nothing when nothing changed', () => expect(apply(row({ percent: 60 }), 3, status())).toBeUndefined());
  it('never lets the percentage fall', () => expect(apply(row(), 3, status({ percent: 10, message: 'x' }))).toMatchObject({ percent: 40 }));
  it('keeps the state but believes that it is not ready when the agent started the engine again', () => {
    expect(apply(row({ state: 'running', ready: true, readyAt: 5 }), 4, status({ state: 'starting' }))).toMatchObject({ ready: false });
    expect(apply(row({ state: 'running', ready: true, readyAt: 5 }), 4, status({ state: 'starting' }))).not.toHaveProperty('state');
  });
  it('remembers the first readiness', () => expect(apply(row(), 3, status({ state: 'running', ready: true }))).toMatchObject({ state: 'running', ready: true, readyAt: NOW }));
  it('does not call an ended instance ready', () => expect(apply(row(), 3, status({ state: 'failed', ready: true, reason: 'exited' }))).toMatchObject({ state: 'failed', ready: false, reason: 'exited' }));
  it('releases a tombstone once the node confirms it', () => {
    const stopping = row({ desired: 'stop', generation: 2, state: 'running' });
    expect(apply(stopping, 3, status({ generation: 2, state: 'stopped' }))).toMatchObject({ state: 'stopped', releasedAt: NOW });
    expect(apply(stopping, 3, status({ generation: 2, state: 'running' }))).not.toHaveProperty('releasedAt');
  });
  it('releases a failed instance and keeps why it failed', () => {
    const columns = apply(row({ desired: 'stop', generation: 2, state: 'failed', reason: 'exited', message: 'code 1' }), 3, status({ generation: 2, state: 'stopped' }));
    expect(columns).toMatchObject({ releasedAt: NOW });
    expect(columns).not.toHaveProperty('reason');
    expect(columns).not.toHaveProperty('state');
  });
});
