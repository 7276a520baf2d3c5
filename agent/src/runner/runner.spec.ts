import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger, waitFor } from '@openstation/kit';
import { InstanceState, NetworkMode, type GroupSeat, type LaunchIntent, type InstanceStatus } from '@openstation/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeDriver } from '../driver/index.js';
import { Fence, FenceError } from '../group/index.js';
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
let fenced: string[];
let told: string[];
let noFirewall: boolean;
/** How far the runner's clock is ahead, in milliseconds. */
let ahead: number;
let said: Pick<InstanceStatus, 'instanceId' | 'state' | 'ready' | 'phase' | 'health'>[];

beforeEach(async () => {
  instancesDir = await mkdtemp(join(tmpdir(), 'os-runner-'));
  journal = new SlowJournal();
  driver = new FakeDriver();
  said = [];
  fenced = [];
  told = [];
  noFirewall = false;
  ahead = 0;
  modelsArrive = () => Promise.resolve();
  const observer = new Observer([driver], (ids) => ids.forEach((id) => runner.wake(id)), () => undefined);
  const first = await freePortBelow(60_000);
  const engine = { process: { command: ['engine'], readPaths: [], version: '' }, repositories: [] };
  const policy: NodePolicy = {
    version: 1, engines: { 'llama-cpp': engine, vllm: engine, 'custom-own': { ...engine, image: 'own:1', template: true } }, envNames: [], portRange: [first, first + 19],
    maxInstances: 64, maxShmBytes: 0, requireDigest: false, distributed: true, privateNetwork: false, groupPortRange: [42000, 42999], trustRemoteCode: false, modelRoots: [],
  };
  runner = new Runner({
    journal, drivers: [driver], observer, policy, instancesDir, bootId: 'boot', controller: () => 'connected', now: () => Date.now() + ahead, log: createLogger('agent', 'silent'),
    models: { ensure: async () => (await modelsArrive(), '/models/m-1') },
    livenessLimits: { silentMs: 300, stuckMs: 300 },
    fence: new Fence(join(instancesDir, '../', `${basename(instancesDir)}-fences`), 'n', (rules) => (fenced.push(rules), noFirewall ? Promise.reject(new FenceError('nft is not installed')) : Promise.resolve())), networkInterfaces,
    lastWords: async (instanceId) => void told.push(`${instanceId} ${(await driver.list()).map(({ state }) => state).join()}`),
    status: new Status({ report: (status) => void said.push(status) }),
  });
  await observer.refresh();
});

afterEach(async () => {
  await runner.close();
  await rm(instancesDir, { recursive: true, force: true });
  await rm(`${instancesDir}-fences`, { recursive: true, force: true });
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
  let healthPath: string;
  let asked: string[];

  beforeEach(async () => {
    keys = [];
    healthPath = '/health';
    asked = [];
    answer = { status: 200, models: ['tiny'] };
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url === healthPath) return void response.end('{"status":"ok"}');
      if (request.url !== '/v1/models') return void response.writeHead(404).end();
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

  it('is not lost when the driver cannot be asked: the engine is called where it was', async () => {
    await wish('i-1');
    await waitFor(() => said.some((status) => status.ready), { what: 'ready', timeoutMs: 5000, everyMs: 5 });
    driver.listError = new Error('Docker hangs');
    await runner.parts.observer.refresh();
    expect([runner.parts.observer.knowsAll, runner.target('i-1').kind]).toEqual([false, 'ok']);
    driver.listError = undefined;
    driver.exit('os-i-1-g1', 1);
    await runner.parts.observer.refresh();
    expect(runner.target('i-1').kind).toBe('not-running');
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

  describe('of an administrator\'s engine', () => {
    const template = { command: ['own'], healthPath: '/status/live', metricsPath: '/status/numbers' };
    const ownWish = () => wish('i-1', undefined, 1, { engine: 'custom-own', image: 'own:1', argv: ['{model_path}', '{port}'], template });
    const outcome = () => waitFor(() => journal.get('i-1')?.outcome, { what: 'outcome', timeoutMs: 5000, everyMs: 5 });

    it('is an answer at its own health path, whether it lists models or not; its numbers are read where it says', async () => {
      healthPath = '/status/live';
      answer = { status: 404, models: [] };
      await ownWish();
      await waitFor(() => said.some((status) => status.ready), { what: 'ready', timeoutMs: 5000, everyMs: 5 });
      await waitFor(() => asked.includes('/status/numbers'), { what: 'a look at its numbers', timeoutMs: 5000, everyMs: 5 });
      expect(asked).not.toContain('/metrics');
      expect(driver.started[0]?.commandLine.slice(-2)).toEqual(['/models/m-1/model.gguf', String(driver.started[0]?.place.port)]);
    });

    it('is missed where it serves and has no health check there: the template is told, after a while of grace', async () => {
      await ownWish();
      await waitFor(() => keys.length >= 2, { what: 'two looks', timeoutMs: 5000, everyMs: 5 });
      expect(journal.get('i-1')?.outcome).toBeUndefined();
      ahead = 11_000;
      expect(await outcome()).toMatchObject({ reason: 'template', message: expect.stringMatching(/^healthPath of its template: .* 404 at \/status\/live/) as string });
    });

    it.each([
      ['refuses its key', { status: 401, models: [] }, /^argv of its template: .*refuses the key.*\{api_key_file\}/],
      ['serves under another name', { status: 200, models: ['/model/x'] }, /^argv of its template: the engine serves \/model\/x, calls ask for tiny: \{served_name\}/],
    ])('that %s at its container\'s own address is no other server: it fails at once and names what it was not told', async (_title, strange, words) => {
      healthPath = '/status/live';
      answer = strange;
      server.close();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.2', resolve));
      driver.endpoint = { host: '127.0.0.2', port: (server.address() as AddressInfo).port };
      await ownWish();
      expect(await outcome()).toMatchObject({ reason: 'identity', message: expect.stringMatching(words) as string });
      expect(driver.started).toHaveLength(1);
    });
  });
});

describe('serving', () => {
  let server: Server;
  let health: number | 'hang';
  let metrics: () => string;
  const work = (tokens: number, running: number) => `llamacpp:tokens_predicted_total ${tokens}\nllamacpp:requests_processing ${running}\n`;

  beforeEach(async () => {
    health = 200;
    metrics = () => work(1, 0);
    server = createServer((request, response) => {
      if (request.url === '/metrics') return void response.end(metrics());
      if (request.url !== '/health') return void response.end('{"data":[{"id":"tiny"}]}');
      if (health !== 'hang') response.writeHead(health).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    driver.endpoint = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
    await wish('i-1');
    await waitFor(() => said.some((status) => status.ready), { what: 'ready', timeoutMs: 5000, everyMs: 5 });
  });

  afterEach(() => (server.closeAllConnections(), void server.close()));

  const outcome = () => waitFor(() => journal.get('i-1')?.outcome, { what: 'outcome', timeoutMs: 20_000, everyMs: 20 });

  it('an engine that has stopped moving is ended as hung, with the evidence, and not called dead', async () => {
    health = 503;
    expect(await outcome()).toMatchObject({ state: 'failed', reason: 'hung', message: expect.stringContaining('nothing has moved') as string });
    expect((await driver.list())[0]?.state).toBe('exited');
  }, 30_000);

  it('one that answers its health check late but works is busy, still ready and left alone', async () => {
    let tokens = 0;
    metrics = () => work((tokens += 10), 4);
    health = 503;
    const from = said.length;
    await waitFor(() => said.slice(from).filter((status) => status.health === 'busy').length >= 1 && tokens >= 40, { what: 'busy for a while', timeoutMs: 20_000, everyMs: 20 });
    expect(said.slice(from).every((status) => status.ready)).toBe(true);
    expect(journal.get('i-1')?.outcome).toBeUndefined();
  }, 30_000);
});

describe('a member of a group', () => {
  const peers = [{ address: '127.0.0.2', dataPort: 9 }, { address: '127.0.0.3', dataPort: 9 }];
  const seat = (over: Partial<GroupSeat> = {}): GroupSeat => ({ rank: 1, size: 2, peers, firstPort: 42032, portCount: 32, networkInterface: '', hold: false, ...over });
  const outcome = (id: string) => waitFor(() => journal.get(id)?.outcome, { what: 'outcome', timeoutMs: 5000, everyMs: 5 });

  it('prepares, waits for the others, and starts behind its fence with the next generation', async () => {
    await wish('g-1', seat({ hold: true }));
    await waitFor(() => said.some(({ phase }) => phase === 'group'), { what: 'held', timeoutMs: 5000, everyMs: 5 });
    expect([driver.started.length, fenced.length]).toEqual([0, 0]);
    await wish('g-1', seat(), 2);
    await waitFor(() => said.at(-1)?.state === InstanceState.RUNNING, { what: 'working', timeoutMs: 5000, everyMs: 5 });
    expect(fenced[0]).toContain('127.0.0.2, 127.0.0.3 } meta l4proto { tcp, udp } th dport 42032-42063 accept');
    const spec = driver.started[0];
    expect(spec?.commandLine).toEqual(expect.arrayContaining(['--headless', '--node-rank', '1', '--master-addr', '127.0.0.2', '--master-port', '42032']));
    expect(spec?.env).toMatchObject({ VLLM_HOST_IP: '127.0.0.3', NCCL_SOCKET_IFNAME: '=lo', GLOO_SOCKET_IFNAME: 'lo' });
    expect(said.at(-1)).toMatchObject({ ready: false, phase: 'rank' });
  });

  it('does not start when its ports cannot be fenced', async () => {
    noFirewall = true;
    await wish('g-1', seat());
    expect(await outcome('g-1')).toMatchObject({ reason: 'group-fence', message: expect.stringContaining('nft is not installed') as string });
    expect(driver.started).toHaveLength(0);
  });

  it.each([
    ['an address it does not have', seat({ peers: [peers[0]!, { address: '192.0.2.7', dataPort: 9 }] }), 'no interface of this node carries 192.0.2.7'],
    ['an interface it does not have', seat({ networkInterface: 'ib0' }), 'ib0 of this node does not carry 127.0.0.3'],
  ])('refuses %s, in words', async (_, group, message) => {
    await wish('g-1', group);
    expect(await outcome('g-1')).toMatchObject({ reason: 'group-network', message });
  });

  it.each([
    ['ports outside the policy', seat({ firstPort: 22 }), 'groupPortRange'],
    ['a name for an address', seat({ peers: [peers[0]!, { address: '0.0.0.0/0 } accept #', dataPort: 9 }] }), 'not an IP address'],
  ])('its policy refuses %s', async (_, group, message) => {
    await wish('g-1', group);
    expect(await outcome('g-1')).toMatchObject({ reason: 'policy-refused', message: expect.stringContaining(message) as string });
    expect(fenced).toEqual([]);
  });

  it('its tombstone takes engine and fence away', async () => {
    await wish('g-1', seat());
    await waitFor(() => said.at(-1)?.state === InstanceState.RUNNING, { what: 'working', timeoutMs: 5000, everyMs: 5 });
    await journal.put({ ...journal.get('g-1')!, generation: 2, desired: 'stop', intent: undefined, stage: 'accepted' });
    runner.wake('g-1');
    expect(await outcome('g-1')).toMatchObject({ state: 'stopped' });
    expect(await driver.list()).toEqual([]);
    expect(told, 'the log of the stopped engine, before it is removed').toEqual(['g-1 exited']);
    expect(fenced.at(-1)).toMatch(/^add table inet (\S+)\ndelete table inet \1\n$/);
    expect(await runner.parts.fence.raised()).toEqual([]);
  });
});

async function wish(instanceId: string, group?: GroupSeat, generation = 1, over: Partial<LaunchIntent> = {}): Promise<void> {
  const record: JournalRecord = {
    instanceId, generation, desired: 'run', stage: 'accepted', driver: undefined, port: undefined, wasReady: false, outcome: undefined, updatedAtMs: 0,
    intent: {
      serviceId: 's-1', serviceName: 'tiny', engine: group ? 'vllm' : 'llama-cpp', group, image: '', argv: [], env: {}, gpuUuids: [], shmBytes: 0, network: group ? NetworkMode.DISTRIBUTED : NetworkMode.SINGLE,
      model: { modelId: 'm-1', name: 'm', manifestDigest: 'd', totalBytes: 1, entry: 'model.gguf' }, memoryLimitBytes: 0, cpuCores: 0, loadDeadlineSeconds: 60, template: undefined, ...over,
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
