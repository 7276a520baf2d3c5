import { describe, expect, it } from 'vitest';
import { nextStep, type InstanceView, type Step } from './instance.machine.js';

const fresh: InstanceView = { desired: 'run', stage: 'accepted', outcome: undefined, refusal: undefined, imageReady: false, modelReady: false, held: false, grouped: false, rebooted: false, controller: 'away', port: undefined, engine: 'absent', leftovers: false };
const prepared: InstanceView = { ...fresh, imageReady: true, modelReady: true, port: 41000 };
const failed = { state: 'failed', reason: 'exited', message: '' } as const;
const stopped = { state: 'stopped', reason: '', message: '' } as const;

describe('life of an instance', () => {
  const cases: [string, InstanceView, Step][] = [
    ['image first', fresh, 'prepare-image'],
    ['then the model', { ...fresh, imageReady: true }, 'fetch-model'],
    ['a member of a group waits for the others with everything at hand', { ...fresh, imageReady: true, modelReady: true, held: true }, 'hold'],
    ['a held member prepares like any other', { ...fresh, held: true }, 'prepare-image'],
    ['a held member obeys its tombstone', { ...fresh, desired: 'stop', held: true }, 'conclude-stopped'],
    ['then a port', { ...fresh, imageReady: true, modelReady: true }, 'reserve-port'],
    ['then the engine', prepared, 'launch'],
    ['then watching', { ...prepared, stage: 'launched', engine: 'running' }, 'watch'],
    ['a policy refusal before anything is fetched', { ...fresh, refusal: 'no' }, 'refuse'],
    ['killed between start and journal: adopt', { ...fresh, stage: 'launching', engine: 'running' }, 'adopt'],
    ['killed before the start took place: prepare again', { ...fresh, stage: 'launching' }, 'prepare-image'],
    ['killed while the engine died: adopt, to tell why', { ...fresh, stage: 'launching', engine: 'exited' }, 'adopt'],
    ['removed by somebody', { ...prepared, stage: 'launched' }, 'fail-gone'],
    ['ran before a reboot: start it again', { ...prepared, stage: 'launched', engine: 'created' }, 'start-over'],
    ['ran in an earlier boot, found ended: start it again', { ...prepared, stage: 'launched', engine: 'exited', rebooted: true }, 'start-over'],
    ['ran in an earlier boot, found nowhere: start it again', { ...prepared, stage: 'launched', rebooted: true, controller: 'connected' }, 'start-over'],
    ['a start that a reboot cut off', { ...prepared, stage: 'launching', engine: 'exited', rebooted: true }, 'start-over'],
    ['a reboot and Docker is not up yet: conclude nothing', { ...prepared, stage: 'launched', engine: 'unknown', rebooted: true }, 'rest'],
    ['running all the same', { ...prepared, stage: 'launched', engine: 'running', rebooted: true }, 'watch'],
    ['a member of a group that ran before a reboot, with the controller', { ...prepared, stage: 'launched', engine: 'created', grouped: true, controller: 'connected' }, 'fail-gone'],
    ['a member of a group that ran before a reboot, before the controller could come', { ...prepared, stage: 'launched', engine: 'created', grouped: true, controller: 'awaited' }, 'await-controller'],
    ['a member of a group that ran before a reboot, without the controller', { ...prepared, stage: 'launched', rebooted: true, grouped: true }, 'start-over'],
    ['tombstone after a reboot', { ...prepared, desired: 'stop', stage: 'launched', engine: 'exited', rebooted: true }, 'dismantle'],
    ['ended by itself', { ...prepared, stage: 'launched', engine: 'exited' }, 'fail-exited'],
    ['the driver cannot be asked: conclude nothing', { ...prepared, stage: 'launched', engine: 'unknown' }, 'rest'],
    ['a refusal does not touch what runs', { ...prepared, stage: 'launched', engine: 'running', refusal: 'no' }, 'watch'],
    ['older generations go first', { ...fresh, leftovers: true }, 'remove-leftovers'],
    ['failed rests', { ...prepared, stage: 'done', outcome: failed, engine: 'exited' }, 'rest'],
    ['tombstone of a running engine', { ...prepared, desired: 'stop', stage: 'launched', engine: 'running' }, 'dismantle'],
    ['tombstone of a failed one removes what is left', { ...prepared, desired: 'stop', stage: 'done', outcome: failed, engine: 'exited' }, 'dismantle'],
    ['tombstone of nothing', { ...fresh, desired: 'stop' }, 'conclude-stopped'],
    ['tombstone while the driver is away waits', { ...prepared, desired: 'stop', engine: 'unknown' }, 'rest'],
    ['stopped rests', { ...fresh, desired: 'stop', stage: 'done', outcome: stopped }, 'rest'],
  ];
  it.each(cases)('%s', (_title, view, step) => {
    expect(nextStep(view)).toBe(step);
  });

  it('never launches beside an engine that exists or may exist', () => {
    for (const engine of ['unknown', 'running', 'exited'] as const) {
      for (const stage of ['accepted', 'launching', 'launched', 'done'] as const) {
        for (const leftovers of [true, false]) expect(nextStep({ ...prepared, engine, stage, leftovers })).not.toBe('launch');
      }
    }
  });
});
