import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import type { GpuMetrics, Inventory, Metrics, NodeNotice } from '@openstation/proto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AgentProcess, run } from './agent-process.js';
import { FakeDispatcher } from './fake-dispatcher.js';

const FAKE = join(import.meta.dirname, '../../e2e/lab/fake-gpu');
const HEARTBEAT_MS = 200;

let dispatcher: FakeDispatcher;
let agent: AgentProcess;
let cards: string;

beforeEach(async () => {
  cards = await mkdtemp(join(tmpdir(), 'os-cards-'));
  await copyFile(join(FAKE, 'nvidia-smi'), join(cards, 'nvidia-smi'));
  await copyFile(join(FAKE, 'eight-a100.csv'), join(cards, 'gpus.csv'));
  dispatcher = await FakeDispatcher.start();
  dispatcher.heartbeatMs = HEARTBEAT_MS;
  dispatcher.files.set('model.gguf', Buffer.alloc(1000, 'weights'));
  agent = await AgentProcess.create(dispatcher, { env: { OPENSTATION_AGENT_NVIDIA_SMI: join(cards, 'nvidia-smi') } });
});

afterEach(async () => {
  dispatcher.stop();
  await agent.destroy();
  await rm(cards, { recursive: true, force: true });
});

async function begin(): Promise<Inventory> {
  await agent.start();
  return waitFor(() => inventories()[0], { what: 'the first inventory', timeoutMs: 15_000 });
}

/** Everything all sessions heard, oldest first. */
const heard = () => dispatcher.sessions.flatMap((session) => session.received.map((message) => message.body));
const inventories = (): Inventory[] => heard().flatMap((body) => (body?.$case === 'hello' && body.value.inventory ? [body.value.inventory] : body?.$case === 'inventory' ? [body.value] : []));
const notices = (): NodeNotice[] => heard().flatMap((body) => (body?.$case === 'notice' ? [body.value] : []));
const metrics = (): Metrics[] => heard().flatMap((body) => (body?.$case === 'heartbeat' && body.value.metrics ? [body.value.metrics] : []));
const card = (index: number): GpuMetrics | undefined => metrics().at(-1)?.gpus[index];

async function edit(change: (rows: string[]) => string[]): Promise<void> {
  const path = join(cards, 'gpus.csv');
  const rows = (await readFile(path, 'utf8')).trim().split('\n');
  await writeFile(path, `${change(rows).join('\n')}\n`);
}

it('tells what the node is made of and how it is doing', async () => {
  const inventory = await begin();
  expect(inventory.gpus).toHaveLength(8);
  expect(inventory.gpus[0]).toMatchObject({ vendor: 'nvidia', pciAddress: '00000000:0f:00.0', powerLimitWatts: 400, computeCapability: '8.0', mig: { enabled: false } });
  expect(inventory.libc).toMatch(/^(glibc \d|musl)/);
  expect(inventory.disks.length).toBeGreaterThan(0);
  expect(inventory.disks.every((disk) => disk.bytes > 0 && disk.fileSystem !== 'tmpfs')).toBe(true);
  expect(inventory.modelDiskBytes).toBeGreaterThan(0);
  expect(inventory.interfaces.every((entry) => entry.name !== 'lo')).toBe(true);
  await waitFor(() => metrics().length >= 3, { what: 'heartbeats', timeoutMs: 5000 });
  const sample = metrics().at(-1);
  expect(sample?.cpuRatio).toBeGreaterThanOrEqual(0);
  expect(sample?.memoryUsedBytes).toBeGreaterThan(0);
  expect(sample?.intervalMs).toBeGreaterThan(HEARTBEAT_MS / 2);
  expect(sample?.disks.map((disk) => disk.mount)).toEqual(inventory.disks.map((disk) => disk.mount));
  expect(sample?.gpus).toHaveLength(8);
});

it('a tool that hangs delays no heartbeat; its cards become unknown, and come back', async () => {
  await begin();
  await writeFile(join(cards, 'hang'), '');
  const before = metrics().length;
  await waitFor(() => card(0)?.health === 'unknown', { what: 'cards that are unknown', timeoutMs: 30_000 });
  expect(card(0)).toMatchObject({ healthMessage: expect.stringMatching(/gave no answer|does not answer/) as string });
  expect(card(0)?.memoryUsedBytes).toBeUndefined();
  // Every heartbeat of these ten and more seconds was there: none waited for the tool.
  const intervals = metrics().slice(before).map((sample) => sample.intervalMs);
  expect(intervals.length).toBeGreaterThan(30);
  expect(Math.max(...intervals)).toBeLessThan(2000);
  await waitFor(() => notices().some((notice) => notice.code === 'gpu-silent'), { what: 'notice', timeoutMs: 10_000 });
  await rm(join(cards, 'hang'));
  await waitFor(() => card(0)?.health === 'ok' && notices().some((notice) => notice.code === 'gpu-recovered'), { what: 'recovery', timeoutMs: 20_000 });
});

it('a card that is lost while nobody listens is told afterwards, once, also across a restart of the agent', async () => {
  await begin();
  dispatcher.stop();
  await edit((rows) => rows.filter((row) => !row.startsWith('3,')));
  await waitFor(() => agent.output.includes('gpu-lost'), { what: 'the loss seen', timeoutMs: 30_000 });
  await dispatcher.resume();
  const lost = () => notices().filter((notice) => notice.code === 'gpu-lost');
  await waitFor(() => lost().length > 0, { what: 'the notice', timeoutMs: 15_000 });
  expect(lost()[0]).toMatchObject({ subject: 'GPU-1a2b3c4d-0000-4000-8000-000000000003', severity: 3 });
  await agent.end('SIGKILL');
  const sessions = dispatcher.sessions.length;
  await agent.start();
  await waitFor(() => dispatcher.sessions.length > sessions && card(3)?.health === 'lost', { what: 'the new agent knows', timeoutMs: 15_000 });
  expect(inventories().at(-1)?.gpus).toHaveLength(8);
  expect(new Set(lost().map((notice) => notice.atMs)).size).toBe(1);
});

it('a changed driver and cards that are cut up are told at once, without a new session', async () => {
  await begin();
  await writeFile(join(cards, 'list.txt'), 'GPU 0: NVIDIA A100 (UUID: GPU-1a2b3c4d-0000-4000-8000-000000000000)\n  MIG 3g.40gb     Device  0: (UUID: MIG-00000000-0000-0000-0000-000000000000)\n');
  await edit((rows) => rows.map((row) => (row.startsWith('0,') ? row.replace('Disabled', 'Enabled') : row).replace('570.124.06', '580.95.05')));
  const inventory = await waitFor(() => inventories().findLast((entry) => entry.gpus[0]?.driverVersion === '580.95.05' && entry.gpus[0].mig?.enabled === true), { what: 'the new inventory', timeoutMs: 20_000 });
  expect(inventory.gpus[0]?.mig?.instances).toEqual([{ uuid: 'MIG-00000000-0000-0000-0000-000000000000', name: '3g.40gb', memoryBytes: 40 * 2 ** 30 }]);
  expect(dispatcher.sessions).toHaveLength(1);
});

it('knows which instance a process on a card works for', async () => {
  await begin();
  dispatcher.assign(run(dispatcher, 'i-1'));
  await dispatcher.until('i-1', 'i-1 ready', (status) => status.ready);
  const [pid = 0] = await agent.enginePids();
  await writeFile(join(cards, 'apps.csv'), `GPU-1a2b3c4d-0000-4000-8000-000000000001, ${pid}, 15690, engine, with comma\nGPU-1a2b3c4d-0000-4000-8000-000000000001, ${process.pid}, [N/A], stranger\n`);
  const processes = await waitFor(() => { const found = card(1)?.processes; return found?.length === 2 && found; }, { what: 'processes', timeoutMs: 30_000 });
  expect(processes).toMatchObject([
    { pid, name: 'engine, with comma', memoryBytes: 15690 * 2 ** 20, instanceId: 'i-1' },
    { pid: process.pid, name: 'stranger', instanceId: '' },
  ]);
  expect(processes[1]?.memoryBytes).toBeUndefined();
});
