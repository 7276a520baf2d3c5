import { describe, expect, it } from 'vitest';
import { serviceStatus, type StatusInstance } from './service-status.js';

const NOW = 1_000_000;
const one = (over: Partial<StatusInstance> = {}): StatusInstance => ({
  slot: 0, state: 'running', desired: 'run', ready: true, unknown: false, phase: 'ready', percent: 100, message: '', reason: '', outdated: false, noPlace: false, failedForGood: false, firstStart: false, retryAt: NOW, ...over,
});
const slots = (count: number) => Array.from({ length: count }, (_, slot) => slot);
const loading = (percent: number) => one({ state: 'loading', ready: false, phase: 'weights', percent });
const first = (slot: number, percent: number) => ({ ...loading(percent), slot, firstStart: true });
const failed = (over: Partial<StatusInstance> = {}) => one({ state: 'failed', ready: false, reason: 'exited', message: 'code 1', retryAt: NOW + 9_500, ...over });
const status = (wanted: number, instances: StatusInstance[], { deleting = false, wasReady = false } = {}) => serviceStatus({ wanted: slots(wanted), stopped: false, deleting, wasReady, rollout: { revision: 2, failed: false, outdated: 0 } }, instances, NOW);

describe('service status', () => {
  it.each([
    ['all ready', 2, [one(), one({ slot: 1 })], 'ready', 2, null],
    ['one of two is replaced', 2, [one(), { ...loading(40), slot: 1 }], 'degraded', 1, 40],
    ['a second one starts for the first time', 2, [one(), first(1, 40)], 'ready', 1, 40],
    ['a second one is wanted and not made yet', 2, [one()], 'ready', 1, null],
    ['two more start', 3, [one(), first(1, 60), first(2, 20)], 'ready', 1, 20],
    ['one starts, another is replaced', 3, [one(), first(1, 60), { ...loading(20), slot: 2 }], 'degraded', 1, 20],
    ['one starts, another has failed', 3, [one(), first(1, 60), failed({ slot: 2 })], 'degraded', 1, 60],
    ['the first start of the second one failed', 2, [one(), failed({ slot: 1, firstStart: true })], 'degraded', 1, null],
    ['one starts, another was lost', 3, [one(), first(1, 60), one({ slot: 2, unknown: true })], 'degraded', 1, 60],
    ['one starts beside the silent one it replaces', 2, [one(), one({ slot: 1, unknown: true }), first(1, 60)], 'degraded', 1, 60],
    ['an old one went first and its successor waits', 2, [one(), one({ slot: 1, desired: 'stop' }), first(1, 0)], 'degraded', 1, 0],
    ['nothing serves yet, however new', 2, [first(0, 10), first(1, 40)], 'deploying', 0, 10],
    ['nothing there yet', 1, [], 'deploying', 0, null],
    ['the least advanced tells the percentage', 2, [loading(70), loading(30)], 'deploying', 0, 30],
    ['failed, another try to come', 1, [failed()], 'deploying', 0, null],
    ['failed for good', 1, [failed({ failedForGood: true })], 'failed', 0, null],
    ['none wanted', 0, [], 'stopped', 0, null],
    ['stopping ones do not count', 1, [one({ desired: 'stop' })], 'deploying', 0, null],
  ] as const)('%s', (_, wanted, instances, state, readyInstances, percent) => {
    expect(status(wanted, [...instances])).toMatchObject({ state, readyInstances, percent });
  });

  it('says how many start', () => {
    expect(status(2, [one(), first(1, 40)])).toMatchObject({ message: '1 of 2 instances starts', phase: 'weights' });
    expect(status(3, [one(), first(1, 40), first(2, 50)]).message).toBe('2 of 3 instances start');
  });
  it('says when the next try is', () => expect(status(1, [failed()]).message).toBe('instance 1 failed (exited): code 1; next try in 10 s'));
  it('says that there is none', () => expect(status(1, [failed({ failedForGood: true })]).message).toContain('is not tried again'));
  it('is degraded, not deploying, when all its nodes fell silent', () => {
    expect(status(1, [one({ unknown: true })], { wasReady: true })).toMatchObject({ state: 'degraded', readyInstances: 0, message: '1 instance(s) are on a silent node' });
  });
  const rolling = (failedRollout: boolean, instances: StatusInstance[]) => serviceStatus({ wanted: slots(1), stopped: false, deleting: false, wasReady: true, rollout: { revision: 2, failed: failedRollout, outdated: 1 } }, instances, NOW);
  it('says how a change goes on', () => {
    expect(rolling(false, [one({ outdated: true }), loading(40)])).toMatchObject({ state: 'ready', percent: 40, message: 'revision 2 is rolled out, 1 instance(s) still run an older one' });
    expect(rolling(false, [one({ outdated: true }), one({ state: 'pending', ready: false, noPlace: true })]).message).toContain('no node has room beside them');
  });
  it('says that a change does not start, and why', () => {
    const { state, message } = rolling(true, [one({ outdated: true }), failed({ failedForGood: true, diagnosis: 'The card has too little memory' })]);
    expect(state).toBe('ready');
    expect(message).toBe('revision 2 does not start (The card has too little memory): the one before goes on; change or revert it');
  });
  it('still stops', () => expect(status(0, [one({ desired: 'stop' })])).toMatchObject({ state: 'stopped', phase: 'stopping', message: '1 instance(s) still stop' }));
  it('is deleting, whatever its instances do', () => expect(status(1, [one()], { deleting: true }).state).toBe('deleting'));
});
