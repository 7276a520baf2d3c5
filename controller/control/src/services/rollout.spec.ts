import { describe, expect, it } from 'vitest';
import { RETIRE_MS } from './drain-wait.js';
import { failureSignature } from './retry.js';
import type { ObservedInstance, WantedService } from './service-facts.js';
import { plan } from './service.reconciler.js';

const NOW = 1_000_000_000;
const service = (slots: number[], over: Partial<WantedService> = {}): WantedService => ({ slots: slots.map((slot) => ({ slot, nodeIds: [] })), deletingAt: undefined, revision: 2, provenRevision: 1, ...over });
let next = 0;
const made = (over: Partial<ObservedInstance>): ObservedInstance => ({
  id: `i${(next += 1)}`, slot: 0, nodeId: 'n1', desired: 'run', state: 'running', stateSince: NOW, revision: 2, outdated: false, noPlace: false, makesRoom: false, inFlight: undefined, wasReady: true, ready: true,
  leaving: false, retiredAt: undefined, silentMs: undefined, servedMs: 0, released: false, unknown: false, reason: '', message: '', attempt: 0, failures: undefined, ...over,
});
const old = (slot: number, over: Partial<ObservedInstance> = {}) => made({ slot, revision: 1, outdated: true, ...over });
const loading = (slot: number, over: Partial<ObservedInstance> = {}) => made({ slot, state: 'loading', wasReady: false, ready: false, ...over });
const hopeless = (slot: number, over: Partial<ObservedInstance> = {}) => loading(slot, { state: 'failed', reason: 'exited', message: 'code 1', attempt: 2, failures: { signature: failureSignature('exited', 'code 1'), count: 2 }, ...over });
const kinds = (wanted: WantedService, instances: ObservedInstance[], now = NOW) => plan(wanted, instances, now).map((action) => (action.kind === 'create' ? `create ${action.slot.slot} r${action.revision}` : action.kind === 'wake' ? 'wake' : `${action.kind} ${'instanceId' in action ? action.instanceId : ''}`));

describe('a new revision', () => {
  it('starts one new instance, and waits for it before anything else', () => {
    const two = [old(0), old(1)];
    expect(kinds(service([0, 1]), two)).toEqual(['create 0 r2']);
    expect(kinds(service([0, 1]), [...two, loading(0)])).toEqual([]);
  });

  it('retires the old one when the new one is ready, and goes on to the next slot only after its end', () => {
    const [a, b] = [old(0), old(1)];
    expect(kinds(service([0, 1]), [a, b, made({})])).toEqual([`retire ${a.id}`]);
    const retired = { ...a, retiredAt: NOW };
    expect(kinds(service([0, 1]), [retired, b, made({})], NOW + RETIRE_MS - 1)).toEqual(['wake']);
    expect(kinds(service([0, 1]), [retired, b, made({})], NOW + RETIRE_MS)).toEqual([`stop ${a.id}`]);
    expect(kinds(service([0, 1]), [{ ...a, desired: 'stop' }, b, made({})])).toEqual(['create 1 r2']);
  });

  it('that did not start is tried again beside the old one when a person wishes it', () => {
    const proof = hopeless(0);
    expect(kinds(service([0]), [old(0), proof])).toEqual([]);
    expect(kinds(service([0]), [old(0), { ...proof, forgiven: true }])).toEqual([`stop ${proof.id}`, 'create 0 r2']);
  });

  it('begins with a slot that serves nobody', () => {
    const broken = old(1, { ready: false });
    expect(kinds(service([0, 1]), [old(0), broken])).toEqual(['create 1 r2', `stop ${broken.id}`]);
    const given = old(1, { state: 'failed', ready: false, wasReady: false, attempt: 2, failures: { signature: failureSignature('', ''), count: 2 } });
    expect(kinds(service([0, 1]), [old(0), given])).toEqual([`stop ${given.id}`, 'create 1 r2']);
  });

  it('neither begins nor goes on while the controller is not sure of its nodes; the first minute alone does not hold it', () => {
    const a = old(0);
    expect(kinds(service([0], { rolloutHeld: true }), [a])).toEqual([]);
    expect(kinds(service([0], { rolloutHeld: true }), [a, made({})])).not.toContain(`retire ${a.id}`);
    expect(kinds(service([0], { cautious: true }), [a])).toEqual(['create 0 r2']);
    expect(kinds(service([0], { cautious: true }), [a, made({})])).toEqual([`retire ${a.id}`]);
  });

  it('without room lets an old one go first while another serves', () => {
    const waiting = loading(0, { state: 'pending', noPlace: true, nodeId: undefined });
    const [a, b] = [old(0, { makesRoom: true }), old(1)];
    expect(kinds(service([0, 1]), [a, b, waiting])).toEqual([`retire ${a.id}`]);
    expect(kinds(service([0, 1]), [a, { ...b, ready: false }, waiting])).toEqual([]);
    expect(kinds(service([0, 1]), [{ ...a, makesRoom: false }, b, waiting])).toEqual([]);
    expect(kinds(service([0, 1]), [{ ...a, retiredAt: NOW }, b, waiting], NOW + RETIRE_MS)).toEqual([`stop ${a.id}`]);
  });

  it('without room gives an old one its calls back when the other one fell', () => {
    const waiting = loading(0, { state: 'pending', noPlace: true, nodeId: undefined });
    const a = old(0, { makesRoom: true, retiredAt: NOW });
    expect(kinds(service([0, 1]), [a, old(1, { ready: false }), waiting])).toEqual([`reinstate ${a.id}`]);
  });

  it('without room replaces the only instance in its place', () => {
    const waiting = loading(0, { state: 'pending', noPlace: true, nodeId: undefined });
    const a = old(0, { makesRoom: true });
    expect(kinds(service([0]), [a, waiting])).toEqual([`retire ${a.id}`]);
  });

  it('waits for the one that took an old one’s place before the next', () => {
    expect(kinds(service([0, 1]), [loading(0), old(1)])).toEqual([]);
    expect(kinds(service([0, 1]), [made({}), old(1)])).toEqual(['create 1 r2']);
  });

  describe('that does not start', () => {
    it('stops: the old ones stay, the failed one tells why', () => {
      expect(kinds(service([0, 1]), [old(0), old(1), hopeless(0)], NOW * 2)).toEqual([]);
    });
    it('lets old ones that fall come back as they were', () => {
      const fallen = old(1, { state: 'failed', ready: false, servedMs: 60_000 });
      expect(kinds(service([0, 1]), [old(0), fallen, hopeless(0)])).toEqual([`stop ${fallen.id}`, 'create 1 r1']);
    });
    it('gives a place without an old one back to the revision before', () => {
      expect(kinds(service([0]), [hopeless(0)])).toEqual(['create 0 r1']);
      expect(kinds(service([0]), [hopeless(0), old(0)])).toEqual([]);
    });
    it('stays where there is nothing to go back to', () => expect(kinds(service([0], { provenRevision: undefined }), [hopeless(0)], NOW * 2)).toEqual([]));
    it('makes way for the next change', () => {
      const proof = hopeless(0, { outdated: true });
      expect(kinds(service([0], { revision: 3 }), [old(0), proof])).toEqual([`stop ${proof.id}`, 'create 0 r3']);
    });
  });
});
