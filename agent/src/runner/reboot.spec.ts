import { mkdtemp, rm } from 'node:fs/promises';
import { networkInterfaces, tmpdir, type NetworkInterfaceInfo } from 'node:os';
import { join } from 'node:path';
import { createLogger, waitFor } from '@openstation/kit';
import { InstanceState, NetworkMode, type GroupSeat, type InstanceStatus } from '@openstation/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeDriver } from '../driver/index.js';
import { Fence } from '../group/index.js';
import { MemoryJournal, type JournalRecord } from '../journal/index.js';
import { Observer } from '../observer/index.js';
import type { NodePolicy } from '../policy/index.js';
import { Runner, type Controller } from './runner.js';
import { Status } from './status.js';

let instancesDir: string;
let journal: MemoryJournal;
let driver: FakeDriver;
let observer: Observer;
let runner: Runner;
let controller: Controller;
let interfaces: () => Readonly<Record<string, NetworkInterfaceInfo[] | undefined>>;
let fenced: string[];
let said: Pick<InstanceStatus, 'instanceId' | 'state' | 'phase' | 'message'>[];

beforeEach(async () => {
  instancesDir = await mkdtemp(join(tmpdir(), 'os-reboot-'));
  journal = new MemoryJournal();
  driver = new FakeDriver();
  controller = 'away';
  interfaces = networkInterfaces;
  fenced = [];
  said = [];
});

afterEach(async () => {
  await runner.close();
  await rm(instancesDir, { recursive: true, force: true });
  await rm(`${instancesDir}-fences`, { recursive: true, force: true });
});

const peers = [{ address: '127.0.0.2', dataPort: 9 }, { address: '127.0.0.3', dataPort: 9 }];
const seat: GroupSeat = { rank: 1, size: 2, peers, firstPort: 42032, portCount: 32, networkInterface: '', hold: false };
const until = (what: string, reached: () => unknown) => waitFor(reached, { what, timeoutMs: 5000, everyMs: 5 });
const running = async () => (await driver.list()).filter(({ state }) => state === 'running');

describe('after a reboot of the machine, without the controller', () => {
  it.each([
    ['as an ended container', () => driver.exit('os-i-1-g1', 137)],
    ['not at all', () => driver.lose('os-i-1-g1')],
  ])('an engine that is found %s starts again, once, and is adopted from then on', async (_title, end) => {
    await ran(end);
    await boot('second');
    await until('the engine again', () => driver.started.length === 2);
    await until('launched', () => journal.get('i-1')?.stage === 'launched');
    await runner.close();
    await boot('second');
    await until('a look at the adopted one', () => said.at(-1)?.state === InstanceState.LOADING);
    expect([driver.started.length, (await running()).length]).toEqual([2, 1]);
    expect(journal.get('i-1')).toMatchObject({ generation: 1, outcome: undefined });
  });

  it('nothing is concluded until Docker answers', async () => {
    await ran(() => driver.exit('os-i-1-g1', 137));
    driver.listError = new Error('connect ENOENT docker.sock');
    await boot('second');
    await observer.refresh();
    expect([driver.started.length, journal.get('i-1')?.stage]).toEqual([1, 'launched']);
    driver.listError = undefined;
    await observer.refresh();
    await until('the engine again', () => driver.started.length === 2);
  });

  it('an image that is gone is named and waited for, not fetched; with the controller it is fetched', async () => {
    await ran(() => driver.lose('os-i-1-g1'));
    driver.absentImages.add('');
    driver.prepared.length = 0;
    await boot('second');
    await until('the reason', () => said.at(-1)?.message.includes('is not on this node any more'));
    expect([driver.prepared.length, journal.get('i-1')?.outcome]).toEqual([0, undefined]);
    controller = 'connected';
    await until('the engine again', () => driver.started.length === 2);
    expect(driver.prepared).toHaveLength(1);
  });

  it('a start that fails is tried again until it works', async () => {
    await ran(() => driver.lose('os-i-1-g1'));
    await boot('second');
    for (const count of [2, 3]) {
      await until(`start ${count}`, () => driver.started.length === count);
      driver.exit('os-i-1-g1', 1);
      await observer.refresh();
    }
    await until('one that stays', () => driver.started.length === 4);
    expect(journal.get('i-1')?.outcome).toBeUndefined();
  });

  it('once the controller is there, an end is an end', async () => {
    await ran(() => driver.lose('os-i-1-g1'));
    await boot('second');
    await until('the engine again', () => driver.started.length === 2);
    controller = 'connected';
    driver.exit('os-i-1-g1', 1);
    await observer.refresh();
    await until('its end', () => journal.get('i-1')?.outcome);
    expect(journal.get('i-1')?.outcome).toMatchObject({ state: 'failed', reason: 'exited' });
  });

  it('a tombstone ends it, also between two tries', async () => {
    await ran(() => driver.lose('os-i-1-g1'));
    driver.absentImages.add('');
    await boot('second');
    await until('the reason', () => said.at(-1)?.message.includes('is not on this node any more'));
    await journal.put({ ...journal.get('i-1')!, desired: 'stop' });
    runner.wake('i-1');
    await until('its end', () => journal.get('i-1')?.outcome);
    expect(journal.get('i-1')?.outcome).toMatchObject({ state: 'stopped' });
  });
});

it('in the same boot an engine that ended is not started again, controller or not', async () => {
  await ran(() => driver.exit('os-i-1-g1', 137));
  await boot('first');
  await until('its end', () => journal.get('i-1')?.outcome);
  expect([driver.started.length, journal.get('i-1')?.outcome?.state]).toEqual([1, 'failed']);
});

describe('a member of a group after a reboot of its machine', () => {
  it('waits a moment for the controller, then starts its rank by itself behind a new fence', async () => {
    await ran(() => driver.lose('os-i-1-g1'), seat);
    controller = 'awaited';
    await boot('second');
    await until('waiting', () => said.at(-1)?.message.includes('waits for the controller'));
    expect([driver.started.length, fenced.length]).toEqual([1, 1]);
    controller = 'away';
    await until('its rank', () => driver.started.length === 2);
    expect(fenced).toHaveLength(2);
    expect(driver.started[1]?.commandLine).toEqual(expect.arrayContaining(['--node-rank', '1', '--master-addr', '127.0.0.2', '--master-port', '42032']));
  });

  it('ends with the whole group when the controller is there: it starts all members again', async () => {
    await ran(() => driver.lose('os-i-1-g1'), seat);
    controller = 'connected';
    await boot('second');
    await until('its end', () => journal.get('i-1')?.outcome);
    expect([driver.started.length, journal.get('i-1')?.outcome?.reason]).toEqual([1, 'engine-gone']);
  });

  it('tries again while its network or another member is not there yet, and while the head does not answer its rank', async () => {
    await ran(() => driver.lose('os-i-1-g1'), seat);
    interfaces = () => ({});
    await boot('second');
    await until('the reason', () => said.at(-1)?.message.includes('no interface of this node carries 127.0.0.3'));
    interfaces = networkInterfaces;
    await until('its rank', () => driver.started.length === 2);
    await until('at work', () => said.at(-1)?.phase === 'rank');
    driver.exit('os-i-1-g1', 1, { lines: ['rendezvous timed out'] });
    await observer.refresh();
    await until('its rank again', () => driver.started.length === 3);
    expect(journal.get('i-1')?.outcome).toBeUndefined();
  });
});

/** It was started in the first boot; then the machine lost it. */
async function ran(lose: () => void, group?: GroupSeat): Promise<void> {
  await boot('first');
  const record: JournalRecord = {
    instanceId: 'i-1', generation: 1, desired: 'run', stage: 'accepted', driver: undefined, port: undefined, wasReady: false, outcome: undefined, updatedAtMs: 0,
    intent: {
      serviceId: 's-1', serviceName: 'tiny', engine: group ? 'vllm' : 'llama-cpp', group, image: '', argv: [], env: {}, gpuUuids: [], shmBytes: 0, network: group ? NetworkMode.DISTRIBUTED : NetworkMode.SINGLE,
      model: { modelId: 'm-1', name: 'm', manifestDigest: 'd', totalBytes: 1, entry: 'model.gguf' }, memoryLimitBytes: 0, cpuCores: 0, loadDeadlineSeconds: 60, template: undefined,
    },
  };
  await journal.put(record);
  runner.wake('i-1');
  await until('the first start', () => journal.get('i-1')?.stage === 'launched');
  await runner.close();
  lose();
  said.length = 0;
}

/** A fresh agent process in this boot of the machine. */
async function boot(bootId: string): Promise<void> {
  const engine = { process: { command: ['engine'], readPaths: [], version: '' }, repositories: [] };
  const policy: NodePolicy = {
    version: 1, engines: { 'llama-cpp': engine, vllm: engine }, envNames: [], portRange: [45000, 45999],
    maxInstances: 64, maxShmBytes: 0, requireDigest: false, distributed: true, privateNetwork: false, groupPortRange: [42000, 42999], trustRemoteCode: false, modelRoots: [],
  };
  observer = new Observer([driver], (ids, nowKnown) => (nowKnown ? runner.wakeAll() : ids.forEach((id) => runner.wake(id))), () => undefined);
  runner = new Runner({
    journal, drivers: [driver], observer, policy, instancesDir, now: Date.now, log: createLogger('agent', 'silent'),
    models: { ensure: () => Promise.resolve('/models/m-1') },
    bootId, controller: () => controller, pausesAlone: { firstMs: 10, maxMs: 20 },
    fence: new Fence(`${instancesDir}-fences`, 'n', (rules) => (rules.includes('chain input') && fenced.push(rules), Promise.resolve())),
    networkInterfaces: () => interfaces(),
    lastWords: () => Promise.resolve(),
    status: new Status({ report: (status) => void said.push(status) }),
  });
  await observer.refresh();
}
