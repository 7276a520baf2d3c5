import { describe, expect, it } from 'vitest';
import { FATAL_XIDS, fatalFaults, faultOfNotice, judged, quarantineOf, quarantinedBy, released } from './card-quarantine.js';
import type { NodeSample } from './node-inventory.js';

const card = (over: Partial<NodeSample['gpus'][number]> = {}): NodeSample['gpus'][number] => ({
  uuid: 'g', memoryUsedBytes: null, utilisationRatio: null, temperatureCelsius: null, powerWatts: null, health: 'ok', healthMessage: '', eccUncorrected: null, xid: null, processes: [], ...over,
});

describe('card quarantine', () => {
  it.each([[13, false], [31, false], [43, false], [45, false], [48, true], [63, false], [74, false], [79, true], [94, false], [95, true], [119, true], [136, false], [154, false], [158, true]])('Xid %i ends the trust: %s', (xid, fatal) => {
    expect(FATAL_XIDS.has(xid)).toBe(fatal);
    expect(fatalFaults([card({ xid })], 'b')).toHaveLength(fatal ? 1 : 0);
  });

  it('reads the number in a kernel line, not the bus in it', () => {
    const notice = (message: string) => faultOfNotice({ code: 'gpu-xid', subject: 'g', message }, 'b')?.fault;
    expect(notice('NVRM: Xid (PCI:0000:48:00): 79, pid=1, GPU has fallen off the bus.')).toBe('xid 79 b');
    expect(notice('NVRM: Xid (PCI:0000:79:00): 13, pid=1')).toBeUndefined();
    expect(notice('Xid 48')).toBe('xid 48 b');
  });

  it('catches a card once, keeps what a person said, and forgives only the fault that was forgiven', () => {
    const [fault] = fatalFaults([card({ xid: 79 })], 'b1');
    if (!fault) throw new Error('no fault');
    const caught = judged([], [fault], 1);
    expect(quarantineOf(caught, 'g')).toMatchObject({ by: 'automatic', since: 1 });
    expect(judged(caught, [fault], 2)).toBe(caught);
    const free = released(caught, 'g', 3) ?? [];
    expect(quarantineOf(free, 'g')).toBeUndefined();
    expect(judged(free, [fault], 4)).toBe(free);
    expect(quarantineOf(judged(free, fatalFaults([card({ xid: 79 })], 'b2'), 5), 'g')).toBeDefined();
    expect(quarantineOf(judged(free, fatalFaults([card({ health: 'lost' })], 'b1'), 5), 'g')?.reason).toBe('the card is lost');
    const person = quarantinedBy([], 'g', 'fan', 6) ?? [];
    expect(judged(person, [fault], 7)).toBe(person);
    expect(quarantinedBy(person, 'g', 'again', 8)).toBeUndefined();
  });
});
