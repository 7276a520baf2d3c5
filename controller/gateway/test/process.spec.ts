import { Server, status as grpcStatus, ServerCredentials } from '@grpc/grpc-js';
import { waitFor } from '@openstation/kit';
import { MemberFiles } from '@openstation/member';
import { EnrolmentService, formatJoinToken, newJoinToken, type EnrolmentServer, type JoinRequest } from '@openstation/proto';
import { spawn, type ChildProcess } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMPLETION, json } from './answers.js';
import { TestCluster, route } from './cluster.js';
import { FakeNode } from './fake-node.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const children: ChildProcess[] = [];
let cluster: TestCluster;
let node: FakeNode;

beforeEach(async () => {
  cluster = await TestCluster.start({}, { boot: false });
  node = new FakeNode(cluster.authority, 'n1');
  await node.start();
  node.behave = (_seen, response) => json(response, 200, COMPLETION);
  cluster.publish([route('m', [node.target])]);
});
afterEach(async () => {
  for (const child of children.splice(0)) await killed(child);
  await cluster.stop();
  await node.stop();
});

/** The built gateway as the supervisor starts it. */
async function start(env: Record<string, string> = {}): Promise<ChildProcess> {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'] ?? '', OPENSTATION_GATEWAY_DATA_DIR: cluster.dataDir, OPENSTATION_GATEWAY_HOST: '127.0.0.1', OPENSTATION_GATEWAY_PORT: String(cluster.port), OPENSTATION_CONTROL_ADDRESS: '127.0.0.1:1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let log = '';
  child.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const port = await waitFor(() => /"port":(\d+)/.exec(log)?.[1], { what: `listening gateway: ${log}`, timeoutMs: 5000 });
  cluster.port = Number(port);
  cluster.url = `http://127.0.0.1:${port}`;
  return child;
}

function killed(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.kill(signal);
  });
}

async function output(env: Record<string, string>): Promise<{ code: number | null; text: string }> {
  const child = spawn(process.execPath, [MAIN], { env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, text };
}

const chat = () => cluster.post('/v1/chat/completions', { model: 'm' });

describe('the built gateway', () => {
  it('killed while the controller is away: it serves again from disk, and spooled records arrive', async () => {
    const first = await start();
    await cluster.ready();
    expect((await chat()).status).toBe(200);
    await cluster.records(1);
    cluster.control.stop();
    for (let i = 0; i < 5; i++) expect((await chat()).status).toBe(200);
    await waitFor(async () => (await readFile(join(cluster.dataDir, 'unsent-calls.jsonl'), 'utf8').catch(() => '')).split('\n').length === 6, { what: 'spooled records', timeoutMs: 8000 });
    await killed(first);
    await start();
    await cluster.ready();
    expect((await chat()).status).toBe(200);
    await cluster.control.start();
    expect(await cluster.records(7)).toHaveLength(7);
  });

  it('ends with 0 on SIGTERM', async () => {
    const child = await start();
    await cluster.ready();
    expect(await killed(child, 'SIGTERM')).toBe(0);
  });

  it('needs little memory when idle', async () => {
    const child = await start();
    await cluster.ready();
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
    const mebibytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
    process.stdout.write(`idle RSS: ${mebibytes.toFixed(0)} MiB\n`);
    expect(mebibytes).toBeLessThan(100);
  });

  it('joins with a token that appears later, and serves', async () => {
    const tokenFile = join(cluster.dataDir, 'token');
    const fresh = join(cluster.dataDir, 'fresh');
    const enrolment = await startEnrolment();
    await start({ OPENSTATION_GATEWAY_DATA_DIR: fresh, OPENSTATION_CONTROL_ADDRESS: `127.0.0.1:${enrolment.port}`, OPENSTATION_JOIN_TOKEN_FILE: tokenFile });
    expect((await fetch(`${cluster.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${cluster.url}/healthz`)).status).toBe(200);
    expect((await chat()).status).toBe(503);
    await writeFile(tokenFile, `${formatJoinToken(newJoinToken(cluster.authority.pem))}\n`);
    await waitFor(async () => (await fetch(`${cluster.url}/readyz`)).ok, { what: 'joined gateway', timeoutMs: 10_000 });
    expect((await chat()).status).toBe(200);
    expect((await new MemberFiles(fresh).load())?.memberId).toBe('g1');
    enrolment.stop();
  });

  it('says which key of the configuration is wrong, with exit code 78', async () => {
    const wrong = await output({ OPENSTATION_GATEWAY_PORT: 'eighty' });
    expect(wrong.code).toBe(78);
    expect(wrong.text).toContain('listen.port');
    expect(wrong.text).toContain('OPENSTATION_GATEWAY_PORT');
    expect(wrong.text).toContain('dataDir');
    const lonely = await output({ OPENSTATION_GATEWAY_DATA_DIR: join(cluster.dataDir, 'empty'), OPENSTATION_GATEWAY_HOST: '127.0.0.1', OPENSTATION_GATEWAY_PORT: '0', OPENSTATION_CONTROL_ADDRESS: '127.0.0.1:1' });
    expect(lonely.code).toBe(78);
    expect(lonely.text).toContain('joinTokenFile');
  });
});

async function startEnrolment(): Promise<{ port: number; stop: () => void }> {
  const own = await cluster.authority.issue('control');
  const server = new Server();
  const service: EnrolmentServer = {
    getAuthority: (_call, done) => done(null, { authorityPem: cluster.authority.pem, sessionPort: cluster.control.port }),
    beginRecovery: (_call, done) => done({ code: grpcStatus.UNIMPLEMENTED }),
    recover: (_call, done) => done({ code: grpcStatus.UNIMPLEMENTED }),
    join: (call, done) => {
      reply(call.request).then((answer) => done(null, answer), (error: unknown) => done({ code: grpcStatus.INTERNAL, details: String(error) }));
    },
  };
  const reply = async (request: JoinRequest) => ({
    memberId: 'g1',
    name: request.name,
    clusterId: 'c1',
    certificateChainPem: await cluster.authority.sign(request.csrDer, 'gateway/g1'),
    dataCertificateChainPem: '',
    authorityPem: cluster.authority.pem,
    sessionPort: cluster.control.port,
  });
  server.addService(EnrolmentService, service);
  const credentials = ServerCredentials.createSsl(null, [{ cert_chain: Buffer.from(own.certificatePem), private_key: Buffer.from(own.privateKeyPem) }]);
  const port = await new Promise<number>((resolve, reject) => server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound))));
  return { port, stop: () => server.forceShutdown() };
}
