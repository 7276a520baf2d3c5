/**
 * A thousand simulated agents on one controller: real processes, real mutual TLS, real sessions; heartbeats every 5 s with four
 * cards each. Prints what docs/benchmarks.md shows.
 *
 *   node controller/control/bench/agents.mjs [agents=1000] [seconds=30]
 *
 * Build control first. The agents live in this process, so its CPU counts for the machine but not for the controller; lists are
 * asked for by a thread of their own, which the agents' work does not hold up. Where `taskset` exists, the controller has the
 * machine's first core for itself and all of this runs on the second. Gives up after four minutes.
 *
 * `PROFILE=<directory>` writes CPU profiles of the controller there: one of its life until it is killed, one of its return.
 */
import { Backoff, waitFor } from '@openstation/kit';
import { controllerCredentials, joinCluster } from '@openstation/member';
import { DispatcherClient, Heartbeat, Hello, Inventory, MemberKind } from '@openstation/proto';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { createServer } from 'node:net';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

const AGENTS = Number(process.argv[2] ?? 1000);
const SECONDS = Number(process.argv[3] ?? 30);
const CARDS = 4;
const HEARTBEAT_MS = 5_000;
const JOINS_AT_ONCE = 16;
const AT_MOST_MS = 240_000;
const GIB = 2 ** 30;
const PROFILE = process.env.PROFILE;
const pinned = availableParallelism() > 1 && spawnSync('taskset', ['-a', '-c', '-p', '1', String(process.pid)]).status === 0;
const TICKS_PER_SECOND = 100;

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
// In memory where that is possible: how fast a shared disk syncs is not what is measured.
const dataDir = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'openstation-bench-'));
const [consolePort, agentsPort, enrolmentPort] = await freePorts(3);
const httpsAgent = new Agent({ keepAlive: true, rejectUnauthorized: false });
let control;
const agents = [];

async function report() {
  say('cores', pinned ? 'the controller on the first, agents on the second' : 'shared by all');
  say('load average', loadavg().map((load) => load.toFixed(1)).join(' '));
  let started = performance.now();
  const names = Array.from({ length: AGENTS }, (_, index) => `node-${String(index).padStart(4, '0')}`);
  await Promise.all(Array.from({ length: JOINS_AT_ONCE }, async () => {
    for (let name = names.shift(); name !== undefined; name = names.shift()) agents.push(new SimulatedAgent(await enrol(name), name));
  }));
  say(`${AGENTS} agents enrolled`, seconds(started));
  started = performance.now();
  for (const agent of agents) agent.connect();
  await allConnected(120_000);
  say('all have a session', seconds(started));

  await new Promise((resolve) => setTimeout(resolve, HEARTBEAT_MS * 2));
  const [cpu, wall] = [await cpuSeconds(control.pid), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  say('controller, only heartbeats', `${((await cpuSeconds(control.pid)) - cpu).toFixed(1)} s of CPU in ${seconds(wall)} (${(((await cpuSeconds(control.pid)) - cpu) / (performance.now() - wall) * 100_000).toFixed(0)} % of a core)`);
  say('controller, memory', await memory(control.pid));
  const list = await timed(300, '/nodes', 100);
  say(`GET /nodes, ${(list.bytes / 1e6).toFixed(1)} MB, every 100 ms`, percentiles(list.times));
  say('GET /nodes when every node has changed since the last', percentiles((await timed(8, '/nodes', HEARTBEAT_MS * 1.1)).times));
  const one = await timed(100, `/nodes/${agents[0].member.memberId}`);
  say('GET /nodes/:id', percentiles(one.times));
  const history = await timed(50, `/nodes/${agents[0].member.memberId}/history?minutes=60`);
  say('GET /nodes/:id/history, 60 min', percentiles(history.times));
  say('controller, memory after it', await memory(control.pid));

  // Kept connections would break with the process.
  httpsAgent.destroy();
  started = performance.now();
  // A killed process writes no profile.
  control.kill(PROFILE ? 'SIGTERM' : 'SIGKILL');
  await new Promise((resolve) => control.once('exit', resolve));
  control = await startControl();
  say('controller killed, REST answers after', seconds(started));
  await allConnected(120_000);
  say('… all sessions are back after', `${seconds(started)}, the controller's CPU ${(await cpuSeconds(control.pid)).toFixed(1)} s`);
  say('controller, memory after that', await memory(control.pid));
  say('load average', loadavg().map((load) => load.toFixed(1)).join(' '));
  if (!PROFILE) return;
  control.kill('SIGTERM');
  await new Promise((resolve) => control.once('exit', resolve));
}

class SimulatedAgent {
  #backoff = new Backoff({ firstMs: 500, maxMs: 30_000 });
  #stopped = false;
  #timer;
  #client;
  #counter = 0;
  connected = false;

  constructor(member, name) {
    this.member = member;
    this.name = name;
    this.credentials = controllerCredentials(member.authorityPem, member.privateKeyPem, member.certificateChainPem);
  }

  connect() {
    if (this.#stopped) return;
    this.#client = new DispatcherClient(`127.0.0.1:${agentsPort}`, this.credentials, { 'grpc.use_local_subchannel_pool': 1 });
    const call = this.#client.session();
    call.on('data', ({ body }) => {
      if (body?.$case !== 'welcome') return;
      this.connected = true;
      this.#backoff = new Backoff({ firstMs: 500, maxMs: 30_000 });
      this.#timer = setTimeout(() => this.#beat(call), Math.random() * HEARTBEAT_MS);
    });
    call.on('error', () => this.#again());
    call.on('end', () => this.#again());
    call.write({ body: { $case: 'hello', value: Hello.fromPartial({ agentVersion: '0.1.0', protocol: 1, inventory: this.#inventory() }) } });
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#client?.close();
  }

  #again() {
    if (this.#stopped || !this.#client) return;
    this.connected = false;
    clearTimeout(this.#timer);
    this.#client.close();
    this.#client = undefined;
    setTimeout(() => this.connect(), this.#backoff.next());
  }

  #beat(call) {
    if (this.#stopped || !this.connected) return;
    this.#counter += 1;
    const grown = this.#counter * 1_000_000;
    call.write({
      body: {
        $case: 'heartbeat',
        value: Heartbeat.fromPartial({
          metrics: {
            cpuRatio: Math.random(), load1: Math.random() * 8, memoryUsedBytes: Math.floor(Math.random() * 64) * GIB, diskUsedBytes: 100 * GIB, swapUsedBytes: 0, intervalMs: HEARTBEAT_MS,
            networkRxBytes: grown, networkTxBytes: grown, diskReadBytes: grown, diskWriteBytes: grown, disks: [{ mount: '/', usedBytes: 100 * GIB }],
            gpus: cards(this.name).map((uuid) => ({
              uuid, memoryUsedBytes: Math.floor(Math.random() * 80) * GIB, utilisationRatio: Math.random(), temperatureCelsius: 40 + Math.random() * 40, powerWatts: 100 + Math.random() * 300, health: 'ok',
              processes: [{ pid: 100, name: 'engine', memoryBytes: GIB, instanceId: '' }],
            })),
          },
        }),
      },
    });
    this.#timer = setTimeout(() => this.#beat(call), HEARTBEAT_MS * (0.9 + Math.random() * 0.2));
  }

  #inventory() {
    return Inventory.fromPartial({
      hostname: this.name, os: 'Debian 12', kernel: '6.1', arch: 'x64', libc: 'glibc 2.36', cpuModel: 'CPU', cpuCores: 64, memoryBytes: 512 * GIB, diskBytes: 2000 * GIB, machineId: this.name, bootId: this.name,
      addresses: ['10.0.0.1'], dataPort: 30210, engines: [{ engine: 'vllm', driver: 'docker', version: '1' }], drivers: [{ name: 'docker', available: true, version: '27' }],
      disks: [{ mount: '/', device: '/dev/sda1', fileSystem: 'ext4', bytes: 2000 * GIB }], interfaces: [{ name: 'eth0', addresses: ['10.0.0.1'], speedMbps: 10_000, up: true }],
      gpus: cards(this.name).map((uuid, index) => ({ index, uuid, name: 'NVIDIA A100-SXM4-80GB', memoryBytes: 80 * GIB, driverVersion: '570.124.06', computeCapability: '8.0', vendor: 'nvidia', pciAddress: '00000000:81:00.0' })),
    });
  }
}

function cards(name) {
  return Array.from({ length: CARDS }, (_, index) => `GPU-${name}-0000-0000-0000-${index}`);
}

async function enrol(name) {
  const { token } = await ask('POST', '/join-tokens', {});
  return joinCluster({ controlAddress: `127.0.0.1:${enrolmentPort}`, joinToken: token, kind: MemberKind.AGENT, name, addresses: ['10.0.0.1'], machineId: name, bootId: name });
}

async function allConnected(timeoutMs) {
  await waitFor(() => agents.every(({ connected }) => connected), { what: 'all sessions', timeoutMs });
}

async function startControl() {
  const file = join(dataDir, 'control.yaml');
  const listen = (port) => ({ host: '127.0.0.1', port });
  await writeFile(file, JSON.stringify({ dataDir, console: listen(consolePort), agents: listen(agentsPort), enrolment: { ...listen(enrolmentPort), knocksPerMinute: 1_000_000 }, log: { level: 'warn' } }));
  const command = [...(pinned ? ['taskset', '-c', '0'] : []), process.execPath, ...(PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${PROFILE}`] : []), main, '--config', file];
  const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'inherit', 'inherit'] });
  await waitFor(async () => (await ask('GET', '/health').catch(() => undefined)) !== undefined, { what: 'the controller', timeoutMs: 30_000 });
  return child;
}

async function ask(method, path, body) {
  const { status, text } = await raw(method, path, body);
  if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${text}`);
  return JSON.parse(text);
}

async function raw(method, path, body) {
  const token = (await readFile(join(dataDir, 'local-admin.token'), 'utf8').catch(() => '')).trim();
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port: consolePort, path: `/api/v1${path}`, method, agent: httpsAgent, headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) } }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode, text: Buffer.concat(chunks).toString() }));
      answer.on('error', reject);
    });
    call.on('error', reject);
    call.end(body ? JSON.stringify(body) : undefined);
  });
}

async function timed(count, path, pauseMs = 0) {
  const token = (await readFile(join(dataDir, 'local-admin.token'), 'utf8')).trim();
  const worker = new Worker(new URL('ask-often.mjs', import.meta.url), { workerData: { port: consolePort, path: `/api/v1${path}`, token, count, pauseMs } });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

function percentiles(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (ratio) => `${sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * ratio))].toFixed(1)} ms`;
  return `median ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}`;
}

async function cpuSeconds(pid) {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function memory(pid) {
  return `${(Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))[1]) / 1024).toFixed(0)} MB`;
}

async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise((resolve) => { const server = createServer().listen(0, '127.0.0.1', () => resolve(server)); })));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

function say(what, figure) {
  process.stdout.write(`${what}: ${figure}\n`);
}

for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => { control?.kill('SIGKILL'); process.exit(1); });
setTimeout(() => {
  say('given up', `after ${AT_MOST_MS / 1000} s: the machine is too slow, or too busy, for ${AGENTS} agents`);
  control?.kill('SIGKILL');
  process.exit(1);
}, AT_MOST_MS).unref();
control = await startControl();
try {
  await report();
} finally {
  for (const agent of agents) agent.stop();
  control.kill('SIGKILL');
  httpsAgent.destroy();
  await rm(dataDir, { recursive: true, force: true });
}
process.exit(0);

