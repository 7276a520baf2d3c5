import { describe, expect, it } from 'vitest';
import type { Instance, Service } from '../api';
import { instanceInFocus, instanceShown, instanceTone, isLastReady, isOnItsWay, mayRetry, serviceTone, shortId } from './service-state';

function instance(over: Partial<Instance>): Instance {
  return { id: 'i', state: 'running', desired: 'run', ready: true, unknown: false, percent: 100, ...over } as Instance;
}
const service = (...instances: Instance[]) => ({ instances }) as Service;

describe('service and instance states', () => {
  it.each([['ready', 'ok'], ['deploying', 'busy'], ['degraded', 'warn'], ['failed', 'bad'], ['stopped', 'idle'], ['deleting', 'busy']] as const)('%s is %s', (state, tone) => {
    expect(serviceTone(state)).toBe(tone);
  });

  it('is ready only when the engine runs and answers', () => {
    expect(instanceShown(instance({}))).toBe('ready');
    expect(instanceTone(instanceShown(instance({ ready: false })))).toBe('busy');
  });

  it('offers another try where something that is wanted failed, and only there', () => {
    const failed = service(instance({}), instance({ state: 'failed', ready: false }));
    expect(mayRetry(failed)).toBe(true);
    expect([service(instance({ state: 'loading' })), service(instance({ state: 'failed', desired: 'stop' })), { ...failed, stopped: true }, { ...failed, state: 'deleting' as const }].map(mayRetry)).toEqual([false, false, false, false]);
  });

  it('does not claim to know an instance on a silent node', () => {
    const silent = instance({ unknown: true });
    expect(instanceShown(silent)).toBe('unknown');
    expect(isOnItsWay(silent)).toBe(false);
  });

  it('says stopping from the wish on, until it has stopped', () => {
    expect(instanceShown(instance({ desired: 'stop' }))).toBe('stopping');
    expect(instanceShown(instance({ desired: 'stop', state: 'stopped' }))).toBe('stopped');
    expect(instanceShown(instance({ desired: 'stop', state: 'failed' }))).toBe('failed');
  });

  it('lets the least advanced instance speak for the service, then a failed one', () => {
    const loading = instance({ id: 'b', state: 'loading', percent: 60, ready: false });
    const starting = instance({ id: 'c', state: 'starting', percent: 20, ready: false });
    const failed = instance({ id: 'd', state: 'failed' });
    expect(instanceInFocus(service(instance({}), loading, starting))?.id).toBe('c');
    expect(instanceInFocus(service(instance({}), failed))?.id).toBe('d');
    expect(instanceInFocus(service(instance({})))).toBeNull();
    expect(instanceInFocus({ ...service(loading, failed), state: 'failed' })?.id).toBe('d');
  });

  it('counts an instance that waits for a place as on its way', () => {
    const waiting = instance({ id: 'w', state: 'pending', ready: false, percent: 0, nodeId: null });
    expect(isOnItsWay(waiting)).toBe(true);
    expect(instanceInFocus(service(instance({ id: 'd', state: 'failed' }), waiting))?.id).toBe('w');
  });

  it('warns before the last instance that answers goes', () => {
    const second = instance({ id: 'b', state: 'loading', ready: false });
    expect(isLastReady(service(instance({}), second), 'i')).toBe(true);
    expect(isLastReady(service(instance({}), second), 'b')).toBe(false);
    expect(isLastReady(service(instance({}), instance({ id: 'b' })), 'i')).toBe(false);
  });


  it('shortens a UUID to its first three groups', () => {
    expect(shortId('c1215e53-89c1-4034-9d2f-0123456789ab')).toBe('c1215e53-89c1-4034');
    expect(shortId('plain')).toBe('plain');
  });
});
