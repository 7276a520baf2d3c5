import { describe, expect, it } from 'vitest';
import { planDrain, type DrainFacts, type DrainInstance } from './drain.reconciler.js';

const instance = (id: string, over: Partial<DrainInstance> = {}): DrainInstance => ({ id, label: id, leaving: false, stopping: false, ...over });
const facts = (instances: DrainInstance[], noPlace: Record<string, string> = {}, over: Partial<DrainFacts> = {}): DrainFacts => ({ instances, noPlace: new Map(Object.entries(noPlace)), force: false, cautious: false, ...over });

describe('drain', () => {
  it('is done when nothing is there', () => expect(planDrain(facts([]))).toEqual({ kind: 'done', stuck: [] }));
  it('moves one at a time', () => {
    expect(planDrain(facts([instance('a'), instance('b')]))).toEqual({ kind: 'leave', instanceId: 'a' });
    expect(planDrain(facts([instance('a', { leaving: true }), instance('b')]))).toMatchObject({ kind: 'wait' });
  });
  it('goes past what fits nowhere, and names it at the end', () => {
    expect(planDrain(facts([instance('a'), instance('b')], { a: 'too big' }))).toEqual({ kind: 'leave', instanceId: 'b' });
    expect(planDrain(facts([instance('a')], { a: 'too big' }))).toEqual({ kind: 'done', stuck: ['a: too big'] });
  });
  it('stops what fits nowhere only by force, and last', () => {
    expect(planDrain(facts([instance('a'), instance('b')], { a: 'too big' }, { force: true }))).toEqual({ kind: 'leave', instanceId: 'b' });
    expect(planDrain(facts([instance('a')], { a: 'too big' }, { force: true }))).toEqual({ kind: 'stop', instanceId: 'a' });
    expect(planDrain(facts([instance('a', { stopping: true })], {}, { force: true }))).toMatchObject({ kind: 'wait' });
  });
  it('decides nothing while the controller is not sure', () => {
    expect(planDrain(facts([instance('a')], { a: 'too big' }, { force: true, cautious: true }))).toMatchObject({ kind: 'wait' });
  });
});
