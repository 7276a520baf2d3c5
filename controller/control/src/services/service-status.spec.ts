import { describe, expect, it } from 'vitest';
import { serviceStatus, type StatusInstance } from './service-status.js';

const NOW = 1_000_000;
const one = (over: Partial<StatusInstance> = {}): StatusInstance => ({
  slot: 0, state: 'running', desired: 'run', ready: true, unknown: false, phase: 'ready', percent: 100, message: '', reason: '', failedForGood: false, retryAt: NOW, ...over,
});
const loading = (percent: number) => one({ state: 'loading', ready: false, phase: 'weights', percent });
const failed = (over: Partial<StatusInstance> = {}) => one({ state: 'failed', ready: false, reason: 'exited', message: 'code 1', retryAt: NOW + 9_500, ...over });
const status = (wanted: number, instances: StatusInstance[], { deleting = false, wasReady = false } = {}) => serviceStatus(wanted, deleting, wasReady, instances, NOW);

describe('service status', () => {
  it.each([
    ['all ready', 2, [one(), one({ slot: 1 })], 'ready', 2, null],
    ['one of two ready', 2, [one(), loading(40)], 'degraded', 1, 40],
    ['nothing there yet', 1, [], 'deploying', 0, null],
    ['the least advanced tells the percentage', 2, [loading(70), loading(30)], 'deploying', 0, 30],
    ['failed, another try to come', 1, [failed()], 'deploying', 0, null],
    ['failed for good', 1, [failed({ failedForGood: true })], 'failed', 0, null],
    ['none wanted', 0, [], 'stopped', 0, null],
    ['stopping ones do not count', 1, [one({ desired: 'stop' })], 'deploying', 0, null],
  ] as const)('%s', (_, wanted, instances, state, readyInstances, percent) => {
    expect(status(wanted, [...instances])).toMatchObject({ state, readyInstances, percent });
  });

  it('says when the next try is', () => expect(status(1, [failed()]).message).toBe('instance 1 failed (exited): code 1; next try in 10 s'));
  it('says that there is none', () => expect(status(1, [failed({ failedForGood: true })]).message).toContain('is not tried again'));
  it('is degraded, not deploying, when all its nodes fell silent', () => {
    expect(status(1, [one({ unknown: true })], { wasReady: true })).toMatchObject({ state: 'degraded', readyInstances: 0, message: '1 instance(s) are on a silent node' });
  });
  it('is deleting, whatever its instances do', () => expect(status(1, [one()], { deleting: true }).state).toBe('deleting'));
});
