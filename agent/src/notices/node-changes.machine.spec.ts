import { NodeNotice_Severity as Severity } from '@openstation/proto';
import { describe, expect, it } from 'vitest';
import { NOTHING_TOLD, nodeChanges, type NodeView, type Told } from './node-changes.machine.js';

const gpu = (health: string, changes: Partial<NodeView['gpus'][number]> = {}): NodeView['gpus'][number] => ({ uuid: 'GPU-1', name: 'A100', index: 3, health, message: 'm', eccUncorrected: undefined, temperatureCelsius: undefined, ...changes });
const view = (changes: Partial<NodeView>): NodeView => ({ atMs: 1000, gpus: [], events: [], disks: [], engines: [], clockOffsetMs: 0, ...changes });

/** Codes told over several looks, one list per look. */
function codes(...views: Partial<NodeView>[]): string[][] {
  let told: Told = NOTHING_TOLD;
  let before: NodeView | undefined;
  return views.map((changes) => {
    const now = view(changes);
    // What is kept between two processes is JSON.
    const outcome = nodeChanges(JSON.parse(JSON.stringify(told)) as Told, now, before);
    told = outcome.told;
    before = now;
    return outcome.notices.map((notice) => notice.code);
  });
}

describe('cards', () => {
  it.each([
    ['lost', 'gpu-lost'],
    ['error', 'gpu-error'],
    ['unknown', 'gpu-silent'],
    ['hot', 'gpu-hot'],
  ])('%s is told once as %s, and once that it is over', (health, code) => {
    expect(codes({ gpus: [gpu('ok')] }, { gpus: [gpu(health)] }, { gpus: [gpu(health)] }, { gpus: [gpu('ok')] }, { gpus: [gpu('ok')] })).toEqual([[], [code], [], ['gpu-recovered'], []]);
  });

  it('a change from one trouble to another is told', () => {
    expect(codes({ gpus: [gpu('unknown')] }, { gpus: [gpu('lost')] })).toEqual([['gpu-silent'], ['gpu-lost']]);
  });

  it('a card around its limit of heat is not told again and again', () => {
    expect(codes({ gpus: [gpu('hot', { temperatureCelsius: 91 })] }, { gpus: [gpu('ok', { temperatureCelsius: 89 })] }, { gpus: [gpu('hot', { temperatureCelsius: 90 })] }, { gpus: [gpu('ok', { temperatureCelsius: 84 })] })).toEqual([['gpu-hot'], [], [], ['gpu-recovered']]);
  });

  it('memory errors are told when there are more of them', () => {
    const ecc = (eccUncorrected: number | undefined) => ({ gpus: [gpu('ok', { eccUncorrected })] });
    expect(codes(ecc(0), ecc(1), ecc(1), ecc(undefined), ecc(3), ecc(0), ecc(1))).toEqual([[], ['gpu-ecc'], [], [], ['gpu-ecc'], [], ['gpu-ecc']]);
  });

  it('an Xid comes with its number, meaning, time and weight', () => {
    const { notices } = nodeChanges(NOTHING_TOLD, view({ events: [{ uuid: 'GPU-1', number: 79, text: 'GPU has fallen off the bus.', meaning: 'the card fell off the bus', severity: 'error', atMs: 5.4 }] }), undefined);
    expect(notices).toEqual([{ severity: Severity.ERROR, code: 'gpu-xid', subject: 'GPU-1', message: 'Xid 79: the card fell off the bus. The kernel says: GPU has fallen off the bus.', atMs: 5 }]);
  });
});

describe('disks', () => {
  it('full at 95 %, recovered below 92 %, unknown is nothing', () => {
    const disk = (usedRatio: number | undefined) => ({ disks: [{ mount: '/', usedRatio }] });
    expect(codes(disk(0.949), disk(0.95), disk(0.99), disk(undefined), disk(0.93), disk(0.95), disk(0.919), disk(0.95))).toEqual([[], ['disk-full'], [], [], [], [], ['disk-recovered'], ['disk-full']]);
  });
});

describe('container engines', () => {
  it('one that was never there is no news; one that goes is, by how it went, and its return', () => {
    const docker = (available: boolean, hanging = false) => ({ engines: [{ name: 'docker', available, hanging, message: 'm' }] });
    expect(codes(docker(false), docker(true), docker(false, true), docker(false), docker(true), docker(false), docker(true))).toEqual([[], [], ['container-engine-hangs'], [], ['container-engine-back'], ['container-engine-away'], ['container-engine-back']]);
  });
});

describe('the clock', () => {
  it('a step is told, slewing is not', () => {
    expect(codes({ clockOffsetMs: 0 }, { clockOffsetMs: 3 }, { clockOffsetMs: 3_600_003 }, { clockOffsetMs: 3_600_005 }, { clockOffsetMs: 0 })).toEqual([[], [], ['clock-step'], [], ['clock-step']]);
  });
});
