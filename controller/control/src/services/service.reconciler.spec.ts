import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instanceStates } from '../instances/instance.machine.js';
import { LONGEST_ANSWER_MS, RETIRE_MS, SETTLE_MS } from './drain-wait.js';
import { failureSignature } from './retry.js';
import type { ObservedInstance, ServiceAction, WantedService } from './service-facts.js';
import { DELETION_PATIENCE_MS, plan } from './service.reconciler.js';

const NOW = 1_000_000_000;
const service = (slots: number[], deletingAt?: number): WantedService => ({ slots: slots.map((slot) => ({ slot, nodeIds: [] })), deletingAt, revision: 2, provenRevision: 2 });
let next = 0;
const instance = (over: Partial<ObservedInstance> = {}): ObservedInstance => ({
  id: `i${(next += 1)}`, slot: 0, nodeId: 'n1', desired: 'run', state: 'running', stateSince: NOW, revision: 2, outdated: false, noPlace: false, makesRoom: false, inFlight: undefined, wasReady: true, ready: false, leaving: false, retiredAt: undefined, silentMs: undefined, servedMs: 0, released: false,
  unknown: false, reason: '', message: '', attempt: 0, failures: undefined, ...over,
});
const failed = (over: Partial<ObservedInstance> = {}) => instance({ state: 'failed', wasReady: false, reason: 'exited', message: 'code 1', ...over });

describe('service reconciler', () => {
  it('fills every wanted slot of a new service', () => {
    expect(plan(service([0, 1]), [], NOW).map((action) => action.kind === 'create' && action.slot.slot)).toEqual([0, 1]);
  });

  it('does nothing when every slot lives', () => {
    expect(plan(service([0, 1]), [instance(), instance({ slot: 1, state: 'pending' })], NOW)).toEqual([]);
  });

  it('stops what sits in a slot nobody wants any more', () => {
    const surplus = instance({ slot: 1 });
    expect(plan(service([0]), [instance(), surplus], NOW)).toEqual([{ kind: 'stop', instanceId: surplus.id }]);
  });

  it('replaces a failed instance in its slot after ten seconds, not before', () => {
    const old = failed();
    expect(plan(service([0]), [old], NOW + 9_999)).toEqual([{ kind: 'wake', at: NOW + 10_000 }]);
    expect(plan(service([0]), [old], NOW + 10_000)).toEqual([
      { kind: 'stop', instanceId: old.id },
      { kind: 'create', slot: { slot: 0, nodeIds: [] }, revision: 2, attempt: 1, replaces: 'n1', failures: { signature: 'exited: code #', count: 1 } },
    ]);
  });

  it.each([[0, 10], [1, 20], [2, 40], [3, 80], [4, 160], [5, 300], [40, 300]])('waits after attempt %i for %i s', (attempt, seconds) => {
    expect(plan(service([0]), [failed({ attempt })], NOW)).toEqual([{ kind: 'wake', at: NOW + seconds * 1000 }]);
  });

  it('gives up after the same failure three times while loading', () => {
    const third = failed({ attempt: 2, failures: { signature: failureSignature('exited', 'code 1'), count: 2 } });
    expect(plan(service([0]), [third], NOW * 2)).toEqual([]);
  });

  it('goes on when the third failure is another one', () => {
    const third = failed({ attempt: 2, reason: 'port', failures: { signature: failureSignature('exited', 'code 1'), count: 2 } });
    expect(plan(service([0]), [third], NOW * 2).map(({ kind }) => kind)).toEqual(['stop', 'create']);
  });

  it('tries at once what failed before a person wished it, as if it were the first time', () => {
    const third = failed({ attempt: 2, failures: { signature: failureSignature('exited', 'code 1'), count: 2 }, forgiven: true });
    const waiting = failed({ slot: 1, attempt: 4, forgiven: true });
    expect(plan(service([0, 1, 2]), [third, waiting, instance({ slot: 2, ready: true })], NOW)).toEqual([
      { kind: 'stop', instanceId: third.id }, { kind: 'create', slot: { slot: 0, nodeIds: [] }, revision: 2, attempt: 0, replaces: 'n1', failures: undefined },
      { kind: 'stop', instanceId: waiting.id }, { kind: 'create', slot: { slot: 1, nodeIds: [] }, revision: 2, attempt: 0, replaces: 'n1', failures: undefined },
    ]);
  });

  it('never gives up on an instance that has served, and starts its waits afresh', () => {
    const served = failed({ wasReady: true, attempt: 5, failures: { signature: failureSignature('exited', 'code 1'), count: 9 } });
    expect(plan(service([0]), [served], NOW + 10_000)).toContainEqual(expect.objectContaining({ kind: 'create', attempt: 0, failures: undefined }));
  });

  it('replaces at once a serving engine that was gone after its node had been down, but not one that never served', () => {
    const gone = { reason: 'engine-gone', attempt: 3 };
    expect(plan(service([0]), [failed({ ...gone, wasReady: true })], NOW).map(({ kind }) => kind)).toEqual(['stop', 'create']);
    expect(plan(service([0]), [failed(gone)], NOW)).toEqual([{ kind: 'wake', at: NOW + 80_000 }]);
  });

  it('replaces at once what had served for a minute', () => {
    const crashed = (servedMs: number) => plan(service([0]), [failed({ wasReady: true, servedMs })], NOW).map(({ kind }) => kind);
    expect(crashed(59_999)).toEqual(['wake']);
    expect(crashed(60_000)).toEqual(['stop', 'create']);
  });

  it('replaces at once what was stopped on its node although it should run', () => {
    expect(plan(service([0]), [instance({ state: 'stopped' })], NOW).map(({ kind }) => kind)).toEqual(['stop', 'create']);
  });

  it('does nothing about an instance on a silent node', () => {
    expect(plan(service([0]), [instance({ unknown: true })], NOW * 2)).toEqual([]);
  });

  it('keeps one of two occupants of a slot', () => {
    const old = instance();
    const newer = instance({ attempt: 1, state: 'pending' });
    expect(plan(service([0]), [old, newer], NOW)).toEqual([{ kind: 'stop', instanceId: old.id }]);
  });

  it('deletes: stops all, waits for their nodes, then goes', () => {
    const one = instance();
    expect(plan(service([0], NOW), [one], NOW)).toEqual([{ kind: 'stop', instanceId: one.id }]);
    const stopping = { ...one, desired: 'stop' as const };
    expect(plan(service([0], NOW), [stopping], NOW)).toEqual([{ kind: 'wake', at: NOW + DELETION_PATIENCE_MS }]);
    expect(plan(service([0], NOW), [{ ...stopping, released: true }], NOW)).toEqual([{ kind: 'remove-service' }]);
  });

  it('deletes although a node is silent, or never answers', () => {
    const stopping = instance({ desired: 'stop' });
    expect(plan(service([0], NOW), [{ ...stopping, unknown: true }], NOW)).toEqual([{ kind: 'remove-service' }]);
    expect(plan(service([0], NOW), [stopping], NOW + DELETION_PATIENCE_MS)).toEqual([{ kind: 'remove-service' }]);
  });

  describe('an instance that is to leave', () => {
    const leaver = (over: Partial<ObservedInstance> = {}) => instance({ ready: true, leaving: true, ...over });
    const successor = (over: Partial<ObservedInstance> = {}) => instance({ ready: true, stateSince: NOW + 1, ...over });
    const kinds = (instances: ObservedInstance[], over: Partial<WantedService> = {}, now = NOW) => plan({ ...service([0]), ...over }, instances, now).map(({ kind }) => kind);

    it('has its successor made first, is retired when that is ready, and stopped when its answers had their time', () => {
      expect(kinds([leaver()])).toEqual(['create']);
      expect(kinds([leaver(), successor({ ready: false })])).toEqual([]);
      expect(kinds([leaver(), successor()])).toEqual(['retire']);
      expect(kinds([leaver({ retiredAt: NOW }), successor()])).toEqual(['wake']);
      expect(kinds([leaver({ retiredAt: NOW - RETIRE_MS }), successor()])).toEqual(['stop']);
    });
    it('is not given up while the controller is not sure', () => expect(kinds([leaver({ retiredAt: 0 }), successor()], { cautious: true })).toEqual([]));
    it('is stopped at once when it serves nobody', () => expect(kinds([leaver({ ready: false })])).toEqual(['create', 'stop']));
    it('of a silent node is replaced only after the service’s time, and never by default', () => {
      const lost = instance({ ready: true, unknown: true, silentMs: 60_000 });
      expect(kinds([lost])).toEqual([]);
      expect(kinds([lost], { replaceAfterMs: 60_001 })).toEqual([]);
      expect(kinds([lost], { replaceAfterMs: 60_000 })).toEqual(['create']);
      expect(kinds([lost], { replaceAfterMs: 60_000, cautious: true })).toEqual([]);
      expect(kinds([lost, successor()], { replaceAfterMs: 60_000 })).toEqual(['stop']);
    });
    it('that came back in time stays, and the half-made successor goes', () => {
      const back = instance({ ready: true });
      const half = instance({ state: 'loading', ready: false, wasReady: false, stateSince: NOW + 1 });
      expect(plan(service([0]), [back, half], NOW)).toEqual([{ kind: 'stop', instanceId: half.id }]);
    });
  });

  describe('an instance that nobody wants any more', () => {
    it('gets no new calls and is stopped when gateways say that the old ones are over, or after their time', () => {
      const surplus = (over: Partial<ObservedInstance> = {}) => plan(service([]), [instance({ ready: true, ...over })], NOW).map(({ kind }) => kind);
      expect(surplus()).toEqual(['retire']);
      expect(surplus({ retiredAt: NOW })).toEqual(['wake']);
      expect(surplus({ retiredAt: NOW, inFlight: 0 })).toEqual(['wake']);
      expect(surplus({ retiredAt: NOW - SETTLE_MS, inFlight: 0 })).toEqual(['stop']);
      expect(surplus({ retiredAt: NOW - RETIRE_MS, inFlight: 1 })).toEqual(['wake']);
      expect(surplus({ retiredAt: NOW - LONGEST_ANSWER_MS, inFlight: 1 })).toEqual(['stop']);
      expect(surplus({ retiredAt: NOW - RETIRE_MS })).toEqual(['stop']);
    });
    it('is looked at every second for the word of the gateways', () => {
      const next = (over: Partial<ObservedInstance>) => plan(service([]), [instance({ ready: true, ...over })], NOW).map((action) => action.kind === 'wake' && action.at - NOW);
      expect(next({ retiredAt: NOW })).toEqual([SETTLE_MS]);
      expect(next({ retiredAt: NOW - SETTLE_MS })).toEqual([1000]);
      expect(next({ retiredAt: NOW - SETTLE_MS, inFlight: 2 })).toEqual([1000]);
    });
    it('gets calls again when it is wanted again', () => {
      const back = instance({ ready: true, retiredAt: NOW });
      expect(plan(service([0]), [back], NOW)).toEqual([{ kind: 'reinstate', instanceId: back.id }]);
    });
  });

  it('settles: after a few rounds of its own actions it wants nothing more', () => {
    const anyInstance = fc.record({
      id: fc.uuid(), slot: fc.integer({ min: 0, max: 4 }), nodeId: fc.constantFrom(undefined, 'n1'), desired: fc.constantFrom('run' as const, 'stop' as const),
      state: fc.constantFrom(...instanceStates), stateSince: fc.integer({ min: 0, max: NOW }), revision: fc.constant(1), outdated: fc.boolean(), noPlace: fc.boolean(), makesRoom: fc.boolean(), inFlight: fc.constantFrom(undefined, 0, 3), wasReady: fc.boolean(), ready: fc.boolean(), leaving: fc.boolean(), retiredAt: fc.constantFrom(undefined, 0, NOW), silentMs: fc.constantFrom(undefined, 1_000_000), servedMs: fc.integer({ min: 0, max: 120_000 }), released: fc.boolean(), unknown: fc.boolean(),
      reason: fc.constantFrom('exited', 'port'), message: fc.constant('m'), attempt: fc.integer({ min: 0, max: 9 }), failures: fc.constant(undefined),
    });
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 4 })), fc.uniqueArray(anyInstance, { maxLength: 8, selector: ({ id }) => id }), (slots, instances) => {
        const wanted = service(slots);
        let after: ObservedInstance[] = instances;
        for (let round = 0; round < 4; round += 1) after = apply(after, plan(wanted, after, NOW));
        expect(plan(wanted, after, NOW).filter(({ kind }) => kind !== 'wake')).toEqual([]);
      }),
    );
  });
});

function apply(instances: ObservedInstance[], actions: ServiceAction[]): ObservedInstance[] {
  const stopped = new Set(actions.flatMap((action) => (action.kind === 'stop' ? [action.instanceId] : [])));
  const kept = instances.map((one) => (stopped.has(one.id) ? { ...one, desired: 'stop' as const } : one));
  const retired = new Set(actions.flatMap((action) => (action.kind === 'retire' ? [action.instanceId] : [])));
  const created = actions.flatMap((action) =>
    action.kind === 'create' ? [instance({ slot: action.slot.slot, state: 'pending', attempt: action.attempt, wasReady: false, nodeId: undefined })] : [],
  );
  const back = new Set(actions.flatMap((action) => (action.kind === 'reinstate' ? [action.instanceId] : [])));
  return [...kept.map((one) => (retired.has(one.id) ? { ...one, retiredAt: NOW } : back.has(one.id) ? { ...one, retiredAt: undefined } : one)), ...created];
}
