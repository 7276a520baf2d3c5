import { createServer, type Server } from 'node:net';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { AgentArchives } from '../../src/rollout/index.js';
import { ClusterUnderTest } from '../cluster/fixtures/cluster-under-test.js';
import { FakeAgent, joinAs } from '../cluster/fixtures/fake-agent.js';
import { describeOnEveryDatabase, type TestDatabase } from '../fixtures/databases.js';
import { scriptedServer, type ServerScript } from './fixtures/scripted-server.js';
import { newEd25519Key } from './fixtures/ed25519-key.js';
import { PASSWORD, SshHost } from './fixtures/ssh-host.js';

const STEPS = ['connect', 'preflight', 'container-engine', 'gpu', 'agent', 'heartbeat', 'probe-container'];
const allowLoopback = { bootstrap: { allowLoopback: true } };

describeOnEveryDatabase('adding a node over SSH', (makeDatabase) => {
  let database: TestDatabase;
  let cluster: ClusterUnderTest;
  let host: SshHost;
  let script: ServerScript;
  let dataPort: Server;
  const agents: FakeAgent[] = [];
  let count = 0;

  beforeAll(async () => {
    database = await makeDatabase();
    cluster = await ClusterUnderTest.start(database, allowLoopback);
    offerArchive();
    dataPort = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => dataPort.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    for (const agent of agents) agent.close();
    await cluster.stop();
    await new Promise((resolve) => dataPort.close(resolve));
    await database.drop();
  });
  beforeEach(() => newHost());
  afterEach(() => host.stop());

  function offerArchive() {
    const path = join(database.dataDir, 'agent.tar.gz');
    const archives = cluster.control.app.get(AgentArchives, { strict: false });
    vi.spyOn(archives, 'current').mockImplementation(async () => {
      await mkdir(database.dataDir, { recursive: true });
      await writeFile(path, 'archive');
      return { version: '9.9.9', arch: 'x64', path, bytes: 7, sha256: 'a'.repeat(64), statement: '', signature: '', builtAt: '2026-01-01T00:00:00.000Z', inputs: '', failure: '' };
    });
  }

  async function newHost(changes: Partial<ServerScript> = {}, options: { hostKey?: string; port?: number } = {}) {
    const made = scriptedServer({ step: agentJoins, ...changes });
    ({ script } = made);
    host = await SshHost.start({ reply: made.reply, ...options });
  }

  /** The payload's agent step joins with the token it was given, as the real agent would. */
  async function agentJoins(name: string, { input }: { input: string }) {
    if (name !== 'agent') return undefined;
    const member = await joinAs(cluster, input.trim(), { name: 'whatever' });
    agents.push(new FakeAgent(cluster.sessionAddress, member, true, { machineId: `m-${(count += 1)}`, dataPort: (dataPort.address() as { port: number }).port }));
    return { out: 'installed\n' };
  }

  const wish = (over: object = {}) => ({
    name: `server-${(count += 1)}`, host: '127.0.0.1', port: host.port, type: 'cpu', expectedHostKey: host.fingerprint, credential: { kind: 'password', password: PASSWORD }, ...over,
  });
  const add = async (over: object = {}): Promise<string> => ((await cluster.must('POST', '/nodes', wish(over))) as { node: { id: string } }).node.id;
  const job = async (nodeId: string) => (await cluster.must('GET', `/nodes/${nodeId}/bootstrap`));
  const reaches = async (nodeId: string, state: string) => {
    const rest = await waitFor(async () => {
      const now = await job(nodeId);
      return ['failed', 'succeeded', 'waiting'].includes(now.operation.state) ? now : undefined;
    }, { what: `a job that is ${state}`, timeoutMs: 15_000, everyMs: 30 });
    expect([rest.operation.state, rest.operation.failure]).toEqual([state, state === 'failed' ? expect.any(String) : null]);
    return rest;
  };
  const log = async (operationId: string) => ((await cluster.must('GET', `/operations/${operationId}/log`)) as { text: string }[]).map(({ text }) => text).join('\n');

  it('asks for the host keys first', async () => {
    const answer = (await cluster.must('POST', '/nodes/host-keys', { host: '127.0.0.1', port: host.port }));
    expect(answer).toMatchObject({ keys: [{ algorithm: 'ssh-ed25519', fingerprint: host.fingerprint, bits: 256 }], pinned: null, changed: false });
    expect(host.methods).toEqual([]);
  });

  it('takes a fresh server through every step to a node', async () => {
    const answer = (await cluster.must('POST', '/nodes', wish({ name: 'fresh', type: 'cpu' })));
    expect(answer.node).toMatchObject({ name: 'fresh', type: 'cpu', state: 'joining', address: '127.0.0.1' });
    const done = await reaches(answer.node.id, 'succeeded');
    expect(done.operation.steps.map(({ id, state }: { id: string; state: string }) => [id, state])).toEqual(STEPS.map((id) => [id, id === 'gpu' ? 'skipped' : 'succeeded']));
    expect(done).toMatchObject({ hasCredential: false, operation: { percent: 100, can: [], failure: null } });
    expect(done.preflight.rows.find(({ id }: { id: string }) => id === 'container-engine')).toMatchObject({ result: 'fail', fix: { automatic: true } });
    await waitFor(async () => (await cluster.must('GET', `/nodes/${answer.node.id}`)).state === 'healthy', { what: 'a healthy node', timeoutMs: 5_000 });
    const asked = host.asked.map(({ command }) => command).join('\n');
    expect([asked.includes(PASSWORD), asked.includes('osj1_'), /'agent' '[0-9a-f-]+' '\/var\/lib\/openstation\/bootstrap\/agent-a{12}\.tar\.gz' 'a{64}' '127\.0\.0\.1:\d+' 'fresh'/.test(asked)]).toEqual([false, false, true]);
  });

  it('keeps every secret out of the books, the log and the files', async () => {
    script.step = async (name, asked) => (name === 'agent' ? { ...(await agentJoins(name, asked)), out: `token was ${asked.input}and the password ${PASSWORD}\n` } : { out: `${PASSWORD}\n` });
    const nodeId = await add();
    const { operation } = await reaches(nodeId, 'succeeded');
    const text = await log(operation.id);
    expect(text).toContain('[secret]');
    const files = await Promise.all((await readdir(database.dataDir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')));
    const token = host.asked.find(({ input }) => input.startsWith('osj1_'))?.input.trim() ?? 'none';
    for (const secret of [PASSWORD, token]) expect([secret.slice(0, 5), [text, JSON.stringify(await job(nodeId)), ...files].some((sink) => sink.includes(secret))]).toEqual([secret.slice(0, 5), false]);
  });

  it.each(STEPS.filter((step) => step !== 'gpu' && step !== 'heartbeat'))('cut at %s, is taken up again there', async (step) => {
    const at: Record<string, (command: string) => boolean> = { connect: (command) => command === 'id -u', preflight: (command) => command === 'sh -s' };
    const word = { 'container-engine': 'engine', 'probe-container': 'probe' }[step] ?? step;
    script.cutAt = at[step] ?? ((command) => command.includes(`'${word}'`));
    const nodeId = await add();
    const failed = await reaches(nodeId, 'failed');
    expect(failed).toMatchObject({ hasCredential: true, operation: { failureCode: 'connection-lost', can: ['retry', 'give-up'] } });
    expect(failed.operation.steps.find(({ state }: { state: string }) => state === 'failed')).toMatchObject({ id: step });
    await cluster.must('POST', `/nodes/${nodeId}/bootstrap/retry`, {});
    expect((await reaches(nodeId, 'succeeded')).operation.attempt).toBe(2);
  });

  it('never signs in to another key, also when it changes in the middle of a job', async () => {
    const nodeId = await add({ review: 'always' });
    await reaches(nodeId, 'waiting');
    const { port } = host;
    await host.stop();
    await newHost({}, { port, hostKey: newEd25519Key() });
    await cluster.must('POST', `/nodes/${nodeId}/bootstrap/continue`, {});
    expect((await reaches(nodeId, 'failed')).operation).toMatchObject({ failureCode: 'host-key-changed', can: ['retry', 'give-up'] });
    expect(host.methods).toEqual([]);
    expect(await cluster.must('POST', '/nodes/host-keys', { host: '127.0.0.1', port })).toMatchObject({ changed: true });
    expect(await cluster.ask('POST', '/nodes', wish())).toMatchObject({ status: 409, body: { error: { field: 'expectedHostKey', details: { code: 'host-key-changed' } } } });
  });

  it('sends a server with a key that nobody confirmed nothing', async () => {
    const nodeId = await add({ expectedHostKey: `SHA256:${'A'.repeat(43)}` });
    expect((await reaches(nodeId, 'failed')).operation.failureCode).toBe('host-key-changed');
    expect(host.methods).toEqual([]);
  });

  it('fails with a wrong password, and goes on with the right one', async () => {
    const nodeId = await add({ credential: { kind: 'password', password: 'Wrong-horse-8' } });
    expect((await reaches(nodeId, 'failed')).operation.failureCode).toBe('wrong-credentials');
    await cluster.must('POST', `/nodes/${nodeId}/bootstrap/retry`, { credential: { kind: 'password', password: PASSWORD } });
    await reaches(nodeId, 'succeeded');
  });

  it('says what sudo refuses, after the report', async () => {
    script.root = 'none';
    const nodeId = await add({ user: 'lab' });
    const failed = await reaches(nodeId, 'failed');
    expect(failed.operation).toMatchObject({ failureCode: 'no-sudo', failure: expect.stringContaining('may not use sudo') as unknown });
    expect(failed.preflight.rows.length).toBeGreaterThan(15);
    script.root = 'sudo';
    script.sudoPassword = PASSWORD;
    await cluster.must('POST', `/nodes/${nodeId}/bootstrap/retry`, {});
    await reaches(nodeId, 'succeeded');
    expect(host.asked.some(({ command }) => command.includes(PASSWORD))).toBe(false);
  });

  it('waits where a person must decide, looks again when asked, and goes on when insisted', async () => {
    script.facts = { 'disk.models.free': '1000' };
    const nodeId = await add();
    const waiting = await reaches(nodeId, 'waiting');
    expect(waiting).toMatchObject({ hasCredential: true, operation: { can: ['continue', 'give-up'], phase: 'review' } });
    await cluster.must('POST', `/nodes/${nodeId}/bootstrap/continue`, { recheck: true });
    await reaches(nodeId, 'waiting');
    expect(host.asked.filter(({ command }) => command === 'sh -s')).toHaveLength(2);
    expect(host.asked.some(({ command }) => command.startsWith('exec sh'))).toBe(false);
    await cluster.must('POST', `/nodes/${nodeId}/bootstrap/continue`, { despiteFailures: true });
    await reaches(nodeId, 'succeeded');
    expect((await cluster.ask('POST', `/nodes/${nodeId}/bootstrap/continue`, {})).status).toBe(409);
  });

  it('installs a GPU driver only when it was ticked', async () => {
    script.facts = { 'gpu.pci': '1', 'gpu.error': 'NVIDIA-SMI has failed', 'packages.toolkit': 'nvidia-container-toolkit' };
    const nodeId = await add({ type: 'gpu' });
    const waiting = await reaches(nodeId, 'waiting');
    expect(waiting.preflight.rows.find(({ id }: { id: string }) => id === 'gpu-driver').fix).toMatchObject({ id: 'install-gpu-driver', dangerous: true, automatic: false });
    await cluster.must('POST', `/nodes/${nodeId}/bootstrap/continue`, { fixes: ['install-gpu-driver'] });
    await reaches(nodeId, 'succeeded');
    const gpu = host.asked.find(({ command }) => command.includes("'gpu'"))?.command;
    expect([/'gpu' '[0-9a-f-]+' 'driver' 'toolkit'$/.test(gpu ?? ''), host.asked.some(({ command }) => /'probe' '[0-9a-f-]+' 'gpu'$/.test(command))]).toEqual([true, true]);
  });

  it('fails a step with the words of the server, and does it again', async () => {
    const original = script.step;
    script.step = (name, asked) => (name === 'engine' ? { code: 1, out: 'E: no space\n#openstation fail engine-not-offered no repository offers Docker\n' } : original(name, asked));
    const nodeId = await add();
    expect((await reaches(nodeId, 'failed')).operation).toMatchObject({ failureCode: 'engine-not-offered', failure: 'no repository offers Docker' });
    script.step = original;
    await cluster.must('POST', `/nodes/${nodeId}/bootstrap/retry`, {});
    await reaches(nodeId, 'succeeded');
  });

  it('refuses a taken name and a server that is being added, naming the field', async () => {
    const nodeId = await add({ name: 'only-one', review: 'always' });
    expect(await cluster.ask('POST', '/nodes', wish({ name: 'only-one', host: '127.0.0.2' }))).toMatchObject({ status: 409, body: { error: { field: 'name' } } });
    expect(await cluster.ask('POST', '/nodes', wish())).toMatchObject({ status: 409, body: { error: { field: 'host' } } });
    await reaches(nodeId, 'waiting');
    expect(await cluster.ask('POST', '/nodes', wish())).toMatchObject({ status: 409, body: { error: { field: 'host' } } });
  });

  it('lets one of many through that come at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => cluster.ask('POST', '/nodes', wish())));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 409, 409, 409, 409, 409, 409, 409]);
    await reaches(answers.find(({ status }) => status === 202)?.body.node.id, 'succeeded');
  });

  it('gives up by taking back what it did, and forgets the node', async () => {
    const original = script.step;
    script.step = (name, asked) => (name === 'agent' ? { code: 1, out: '#openstation fail agent-install-failed no\n' } : original(name, asked));
    const nodeId = await add({ name: 'given-up' });
    const { operation } = await reaches(nodeId, 'failed');
    await cluster.must('POST', `/nodes/${nodeId}/bootstrap/give-up`, {});
    await waitFor(async () => ((await cluster.must('GET', `/operations/${operation.id}`))).state === 'cancelled', { what: 'a cancelled job', timeoutMs: 5_000 });
    expect(host.asked.some(({ command }) => command.includes("'undo'"))).toBe(true);
    expect((await cluster.ask('GET', `/nodes/${nodeId}`)).status).toBe(404);
    script.step = original;
    await reaches(await add({ name: 'given-up' }), 'succeeded');
  });

  it('gives up in the middle of a step, and while it waits', async () => {
    let begun: (value: undefined) => void = () => undefined;
    const hanging = new Promise<undefined>((resolve) => (begun = resolve));
    const original = script.step;
    script.step = (name, asked) => (name === 'engine' ? (begun(undefined), { stream: () => undefined }) : original(name, asked));
    const nodeId = await add();
    const { operation } = await job(nodeId);
    await hanging;
    await cluster.must('POST', `/nodes/${nodeId}/bootstrap/give-up`, {});
    await waitFor(async () => ((await cluster.must('GET', `/operations/${operation.id}`))).state === 'cancelled', { what: 'a cancelled job', timeoutMs: 5_000 });
    expect(host.asked.some(({ command }) => command.includes("'undo'"))).toBe(true);
  });

  it('forgets the node without a credential, and names what stays', async () => {
    const original = script.step;
    script.step = (name, asked) => (name === 'undo' ? { code: 1, out: '#openstation fail undo-failed stuck\n' } : name === 'agent' ? { code: 1 } : original(name, asked));
    const nodeId = await add();
    const { operation } = await reaches(nodeId, 'failed');
    await cluster.must('POST', `/nodes/${nodeId}/bootstrap/give-up`, {});
    await waitFor(async () => (await job(nodeId)).operation.failureCode === 'undo-failed', { what: 'a failed undo', timeoutMs: 5_000 });
    expect((await job(nodeId)).hasCredential).toBe(false);
    await cluster.must('POST', `/nodes/${nodeId}/bootstrap/give-up`, {});
    await waitFor(async () => (await cluster.ask('GET', `/nodes/${nodeId}`)).status === 404, { what: 'a node that is gone', timeoutMs: 5_000 });
    expect(await log(operation.id)).toContain('/var/lib/openstation/bootstrap.json');
  });

  it.each(['waiting', 'running'])('asks for the credential again after a restart that found it %s', async (state) => {
    const nodeId = await add({ review: 'always' });
    await reaches(nodeId, 'waiting');
    if (state === 'running') {
      const hung = new Promise<void>((resolve) => (script.step = () => (resolve(), { stream: () => undefined })));
      await cluster.must('POST', `/nodes/${nodeId}/bootstrap/continue`, {});
      await hung;
    }
    await cluster.stop();
    cluster = await ClusterUnderTest.start(database, allowLoopback);
    offerArchive();
    expect(await reaches(nodeId, 'failed')).toMatchObject({ hasCredential: false, operation: { failureCode: 'needs-password', can: ['retry', 'give-up'] } });
    expect(await cluster.ask('POST', `/nodes/${nodeId}/bootstrap/retry`, {})).toMatchObject({ status: 422, body: { error: { field: 'credential' } } });
    script.step = agentJoins;
    await cluster.must('POST', `/nodes/${nodeId}/bootstrap/retry`, { credential: { kind: 'password', password: PASSWORD } });
    if ((await waitFor(async () => ['waiting', 'succeeded'].includes((await job(nodeId)).operation.state), { what: 'the job', timeoutMs: 10_000 })) && state === 'waiting') await cluster.must('POST', `/nodes/${nodeId}/bootstrap/continue`, {});
    await reaches(nodeId, 'succeeded');
  });

  it('says that there is no archive of the agent yet', async () => {
    vi.spyOn(cluster.control.app.get(AgentArchives, { strict: false }), 'current').mockRestore();
    const nodeId = await add();
    expect((await reaches(nodeId, 'failed')).operation).toMatchObject({ failureCode: 'agent-archive-missing', failure: expect.stringContaining('agent-archive') as unknown });
    offerArchive();
    await cluster.must('POST', `/nodes/${nodeId}/bootstrap/retry`, {});
    await reaches(nodeId, 'succeeded');
  });
});
