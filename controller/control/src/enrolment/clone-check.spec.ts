import { describe, expect, it } from 'vitest';
import { twinOf } from './clone-check.js';

const there = { name: 'one', machineId: 'm', bootId: 'b1', silentMs: 2_000 };

describe('clone check', () => {
  it.each([
    ['the same disk, started elsewhere', { machineId: 'm', bootId: 'b2' }, there, 'one'],
    ['a second agent on the same server', { machineId: 'm', bootId: 'b1' }, there, undefined],
    ['the same server after a reboot', { machineId: 'm', bootId: 'b2' }, { ...there, silentMs: 60_000 }, undefined],
    ['a node not heard yet', { machineId: 'm', bootId: 'b2' }, { ...there, silentMs: undefined }, undefined],
    ['another server', { machineId: 'x', bootId: 'b2' }, there, undefined],
    ['no machine id', { machineId: '', bootId: 'b2' }, { ...there, machineId: '' }, undefined],
  ])('%s', (_, joining, known, twin) => {
    expect(twinOf(joining, [known])?.name).toBe(twin);
  });
});
