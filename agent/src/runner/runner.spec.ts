import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger, waitFor } from '@openstation/kit';
import { InstanceState, NetworkMode, type InstanceStatus } from '@openstation/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeDriver } from '../driver/index.js';
import { MemoryJournal, type JournalRecord } from '../journal/index.js';
import { Observer } from '../observer/index.js';
import type { NodePolicy } from '../policy/index.js';
import { Runner } from './runner.js';
import { Status } from './status.js';

class SlowJournal extends MemoryJournal {
  beforePut: (record: JournalRecord) => Promise<void> = () => Promise.resolve();

  override async put(record: JournalRecord): Promise<void> {
    await this.beforePut(record);
    await super.put(record);
  }
}

let instancesDir: string;
let journal: SlowJournal;
let driver: FakeDriver;
let runner: Runner;
/** Held back by a test that wants its instances to go on in an order of its own. */
let modelsArrive: () => Promise<void>;
let said: Pick<InstanceStatus, 'instanceId' | 'state' | 'ready'>[];

beforeEach(async () => {
  instancesDir = await mkdtemp(join(tmpdir(), 'os-runner-'));
  journal = new SlowJournal();
  driver = new FakeDriver();
  said = [];
  modelsArrive = () => Promise.resolve();
  const observer = new Observer([driver], (ids) => ids.forEach((id) => runner.wake(id)), () => undefined);
  const first = await freePortBelow(60_000);
  const policy: NodePolicy = {
    version: 1, engines: { 'llama-cpp': { process: { command: ['engine'], readPaths: [], version: '' }, repositories: [] } }, envNames: [], portRange: [first, first + 19],
    maxInstances: 64, maxShmBytes: 0, requireDigest: false, distributed: false, trustRemoteCode: false, modelRoots: [],
  };
  runner = new Runner({
    journal, drivers: [driver], observer, policy, instancesDir, now: Date.now, log: createLogger('agent', 'silent'),
    models: { ensure: async () => (await modelsArrive(), '/models/m-1') },
    status: new Status({ report: (status) => void said.push(status) }),
  });
  await observer.refresh();
});

afterEach(async () => {
  await runner.close();
  await rm(instancesDir, { recursive: true, force: true });
});

describe('ports', () => {
  it('instances that go on in the same moment get one each', async () => {
    const ids = Array.from({ length: 6 }, (_, n) => `i-${n}`);
    const waiting: (() => void)[] = [];
    modelsArrive = () => new Promise((resolve) => waiting.push(resolve));
    // Each one goes on while the port of the one before is on its way to the disk.
    journal.beforePut = async (record) => {
      if (record.port === undefined || record.stage !== 'accepted') return;
      waiting.pop()?.();
      await delay(30);
    };
    for (const id of ids) await wish(id);
    await waitFor(() => waiting.length === ids.length, { what: 'all wait for the model', timeoutMs: 3000, everyMs: 5 });
    waiting.pop()?.();
    await waitFor(() => driver.started.length === ids.length, { what: 'six engines', timeoutMs: 5000, everyMs: 5 });
    expect(new Set(driver.started.map((spec) => spec.place.port)).size).toBe(ids.length);
  });
});

describe('readiness', () => {
  let server: Server;
  let answer: { status: number; models: string[] };
  let keys: (string | undefined)[];

  beforeEach(async () => {
    keys = [];
    answer = { status: 200, models: ['tiny'] };
    server = createServer((request, response) => {
      if (request.url === '/health') return void response.end('{"status":"ok"}');
      keys.push(request.headers.authorization);
      response.writeHead(answer.status).end(JSON.stringify({ object: 'list', data: answer.models.map((id) => ({ id })) }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    driver.endpoint = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  });

  afterEach(() => void server.close());

  it('needs one answer of the engine to its own key', async () => {
    await wish('i-1');
    await waitFor(() => said.some((status) => status.ready), { what: 'ready', timeoutMs: 5000, everyMs: 5 });
    expect(keys[0]).toMatch(/^Bearer [0-9a-f]{64}$/);
  });

  it('an engine that answers with an error is still loading', async () => {
    answer = { status: 503, models: [] };
    await wish('i-1');
    await waitFor(() => keys.length >= 2, { what: 'two looks', timeoutMs: 5000, everyMs: 5 });
    expect(said.at(-1)).toMatchObject({ state: InstanceState.LOADING, ready: false });
    expect(driver.started).toHaveLength(1);
  });

  it.each([
    ['refuses its key', { status: 401, models: [] }],
    ['serves another model', { status: 200, models: ['other'] }],
  ])('an engine on its port that %s never counts as its own: other ports are tried, then it fails', async (_title, strange) => {
    answer = strange;
    await wish('i-1');
    await waitFor(() => journal.get('i-1')?.outcome, { what: 'outcome', timeoutMs: 10_000, everyMs: 5 });
    expect(journal.get('i-1')?.outcome).toMatchObject({ state: 'failed', reason: 'port', message: expect.stringContaining('another server answers') as string });
    expect(said.some((status) => status.ready)).toBe(false);
    expect(new Set(driver.started.map((spec) => spec.place.port)).size).toBe(5);
  });
});

async function wish(instanceId: string): Promise<void> {
  const record: JournalRecord = {
    instanceId, generation: 1, desired: 'run', stage: 'accepted', driver: undefined, port: undefined, wasReady: false, outcome: undefined, updatedAtMs: 0,
    intent: {
      serviceId: 's-1', serviceName: 'tiny', engine: 'llama-cpp', image: '', argv: [], env: {}, gpuUuids: [], shmBytes: 0, network: NetworkMode.SINGLE,
      model: { modelId: 'm-1', name: 'm', manifestDigest: 'd', totalBytes: 1, entry: 'model.gguf' }, memoryLimitBytes: 0, cpuCores: 0, loadDeadlineSeconds: 60,
    },
  };
  await journal.put(record);
  runner.wake(instanceId);
}

/** A port with room for a range above it. */
async function freePortBelow(limit: number): Promise<number> {
  for (;;) {
    const server = createTcpServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    if (port < limit) return port;
  }
}
