import { describe, expect, it } from 'vitest';
import type { DeviceEvent, DeviceReading, DeviceSurvey } from './device-source.js';
import { afterEvents, afterSurvey, type KnownDevice } from './known-devices.machine.js';

const reading = (index: number, changes: Partial<DeviceReading['gpu']> = {}, health = 'ok'): DeviceReading => ({
  cut: false,
  gpu: { index, uuid: `GPU-${index}`, name: 'A100', memoryBytes: 80, driverVersion: '570', computeCapability: '8.0', vendor: 'nvidia', pciAddress: `00000000:0${index}:00.0`, mig: undefined, ...changes },
  metrics: { uuid: `GPU-${index}`, health, healthMessage: health === 'ok' ? '' : health, processes: [], memoryUsedBytes: 5 },
});
const survey = (state: DeviceSurvey['state'], readings: DeviceReading[] = [], changes: Partial<DeviceSurvey> = {}): DeviceSurvey => ({ state, readings, faults: [], error: '', ...changes });
const event = (number: number, severity: DeviceEvent['severity']): DeviceEvent => ({ pciAddress: '0000:01:00', number, severity, text: '', meaning: 'm', atMs: 1, sinceBootMs: 1 });
const both = afterSurvey([], survey('answered', [reading(1), reading(0)]));
const healths = (devices: readonly KnownDevice[]) => devices.map((device) => device.metrics.health);

describe('cards over time', () => {
  it('are in the order of their index', () => {
    expect(both.map((device) => device.gpu.index)).toEqual([0, 1]);
  });

  it('one that two complete answers do not list is lost, keeps its name and size, and comes back', () => {
    const once = afterSurvey(both, survey('answered', [reading(0)]));
    expect(healths(once)).toEqual(['ok', 'ok']);
    const twice = afterSurvey(once, survey('answered', [reading(0)]));
    expect(healths(twice)).toEqual(['ok', 'lost']);
    expect(twice[1]?.gpu).toMatchObject({ name: 'A100', memoryBytes: 80 });
    expect(twice[1]?.metrics.memoryUsedBytes).toBeUndefined();
    expect(healths(afterSurvey(twice, survey('failed', [], { error: 'e' })))).toEqual(['error', 'lost']);
    expect(healths(afterSurvey(twice, survey('answered', [reading(0), reading(1)])))).toEqual(['ok', 'ok']);
  });

  it.each([
    ['hanging', 'unknown'],
    ['failed', 'error'],
    ['absent', 'error'],
  ] as const)('an answer that is %s makes all cards %s, with the reason and without numbers', (state, health) => {
    const after = afterSurvey(both, survey(state, [], { error: 'because' }));
    expect(healths(after)).toEqual([health, health]);
    expect(after.every((device) => device.metrics.memoryUsedBytes === undefined && device.metrics.healthMessage !== '')).toBe(true);
  });

  it('half an answer says nothing about the cards that are not in it', () => {
    expect(healths(afterSurvey(both, survey('failed', [reading(0)], { error: 'cut' })))).toEqual(['ok', 'unknown']);
  });

  it('a fault by its address is the card\'s', () => {
    const after = afterSurvey(both, survey('failed', [reading(0)], { faults: [{ pciAddress: '0:01:00', lost: true, text: 'GPU is lost' }] }));
    expect(after.map((device) => [device.metrics.health, device.metrics.healthMessage])).toEqual([['ok', ''], ['lost', 'GPU is lost']]);
  });

  it('a lost card that tells nothing keeps what was known', () => {
    const [, device] = afterSurvey(both, survey('answered', [reading(0), reading(1, { name: '', memoryBytes: 0, pciAddress: '' }, 'lost')]));
    expect(device?.gpu).toMatchObject({ name: 'A100', memoryBytes: 80, pciAddress: '00000000:01:00.0' });
  });
});

describe('what the kernel says', () => {
  it('a grave event outweighs what is ok, until the machine restarts; a harmless one is only shown', () => {
    const harmless = afterEvents(both, [event(31, 'warning')]);
    expect(harmless.map((device) => [device.metrics.health, device.metrics.xid])).toEqual([['ok', undefined], ['ok', 31]]);
    const grave = afterEvents(afterEvents(harmless, [event(48, 'error')]), [event(45, 'info')]);
    expect(grave[1]?.metrics).toMatchObject({ health: 'xid', xid: 48, healthMessage: 'Xid 48: m' });
    expect(afterSurvey(grave, survey('answered', [reading(0), reading(1)]))[1]?.metrics).toMatchObject({ health: 'xid', xid: 48 });
    expect(afterSurvey(grave, survey('answered', [reading(0), reading(1, {}, 'lost')]))[1]?.metrics).toMatchObject({ health: 'lost', xid: 48 });
  });
});
