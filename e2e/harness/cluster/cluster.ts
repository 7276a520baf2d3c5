import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { waitFor, writeFileAtomic } from '@openstation/kit';
import { request } from 'undici';
import type { EngineControl } from '../fake-engine/index.js';
import { ARTIFACTS, artefact, consoleRoot } from '../paths.js';
import { freePort } from '../ports.js';
import { writeTinyGguf } from '../tiny-gguf.js';
import { Admin } from './admin.js';
import { processesNaming } from './leftovers.js';
import { containedEngines, fakeEngines, tellScript, type FakeEngineProcess } from './engine-processes.js';
import { ManagedProcess } from './managed-process.js';
import { fakeNvidiaSmi } from '../fake-nvidia-smi.js';
import { nodePolicy, type EngineChoice } from './policy.js';
import { Rest } from './rest.js';

export interface ClusterOptions {
  readonly agents?: number;
  readonly gateways?: number;
  /** mysql://… ; absent: SQLite in the data directory. */
  readonly databaseUrl?: string;
  readonly engine?: EngineChoice;
  /** How long members' certificates live; absent: 30 days. */
  readonly certificateSeconds?: number;
  readonly script?: EngineControl;
  /** Cards of each node, with engines of kind fake-groups (absent: one) or image (absent: none). */
  readonly cards?: number;
  /** Put before every command: `nsenter --net=…` runs the cluster in another network namespace. */
  readonly launcher?: readonly string[];
  /** Where the agents run, one on each; absent: all on this machine's loopback. */
  readonly hosts?: readonly AgentHost[];
  /** Of control, as those hosts reach it. */
  readonly controlAddress?: string;
  /** Called with every port the tests will dial, before anything starts. */
  readonly expose?: (port: number) => Promise<void>;
}

/** A host with an address and a Docker engine of its own. */
export interface AgentHost {
  readonly address: string;
  /** Put before the agent's command. */
  readonly launcher: readonly string[];
  readonly dockerSocket: string;
  /** What the control groups of its containers have in their path. */
  readonly cgroup: string;
}

/** How soon the supervisor starts a process again that died (its slower pace in a crash loop is its own test). */
const RESPAWN_MS = 50;
const START_MS = 45_000;
/** A new key reaches the gateways with the next route table. */
const KEY_KNOWN_MS = 2000;

interface Ports {
  readonly console: number;
  readonly agents: number;
  readonly enrolment: number;
}

/**
 * The built product on loopback ports with its data below one temporary directory, put together the way an
 * administrator does it: join tokens over REST, policy file on the node. `stop` leaves nothing and proves it.
 */
export class Cluster {
  readonly control: ManagedProcess;
  readonly gateways: ManagedProcess[] = [];
  readonly agents: ManagedProcess[] = [];
  readonly admin: Admin;
  readonly consoleUrl: string;
  /** Base addresses for OpenAI clients, with /v1. */
  readonly gatewayUrls: string[] = [];
  /** A GGUF file inside an allowed import root. */
  readonly modelFile: string;
  readonly #options: ClusterOptions;
  readonly #ports: Ports;

  private constructor(readonly directory: string, options: ClusterOptions, ports: Ports, gatewayPort: number) {
    this.#options = options;
    this.#ports = ports;
    this.consoleUrl = `https://127.0.0.1:${ports.console}`;
    this.admin = new Admin(new Rest(this.consoleUrl, () => `Bearer ${this.localAdminToken()}`));
    mkdirSync(join(directory, 'logs'), { recursive: true });
    mkdirSync(join(directory, 'import'), { recursive: true });
    this.modelFile = join(directory, 'import/tiny.gguf');
    writeTinyGguf(this.modelFile);
    this.#writeScript(options.script ?? {});
    this.control = this.#process('control', artefact('control'), {
      dataDir: join(directory, 'control'),
      console: { host: '127.0.0.1', port: ports.console },
      agents: { host: this.#controlAddress, port: ports.agents },
      enrolment: { host: this.#controlAddress, port: ports.enrolment },
      gateway: { publicPort: gatewayPort },
      ...(options.certificateSeconds === undefined ? {} : { identity: { certificateHours: options.certificateSeconds / 3600 } }),
      ...(options.databaseUrl === undefined ? {} : { database: { url: options.databaseUrl } }),
      models: { importRoots: [join(directory, 'import')] },
      ...(consoleRoot() === undefined ? {} : { webRoot: consoleRoot() }),
    });
  }

  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    const directory = mkdtempSync(join(tmpdir(), 'openstation-e2e-'));
    chmodSync(directory, 0o711);
    const ports = { console: await freePort(), agents: await freePort(), enrolment: await freePort() };
    const gatewayPorts = await Promise.all(Array.from({ length: options.gateways ?? 1 }, () => freePort()));
    for (const port of [ports.console, ...gatewayPorts]) await options.expose?.(port);
    const cluster = new Cluster(directory, options, ports, gatewayPorts[0] ?? 0);
    try {
      cluster.control.start();
      await cluster.controlReady(START_MS);
      for (const port of gatewayPorts) await cluster.#addGateway(port);
      for (let i = 0; i < (options.agents ?? 1); i++) await cluster.addAgent();
      return cluster;
    } catch (error) {
      cluster.keepLogs(`start-${process.pid}`);
      await cluster.stop().catch(() => undefined); // the failure of the start is the news
      throw error;
    }
  }

  /** Fresh at each start of control. */
  localAdminToken(): string {
    return readFileSync(join(this.directory, 'control/local-admin.token'), 'utf8').trim();
  }

  initialAdminPassword(): string {
    return readFileSync(join(this.directory, 'control/initial-admin-password'), 'utf8').trim();
  }

  /** Serves REST, and knows who asks: the token file belongs to the running process. */
  async controlReady(timeoutMs = 5000): Promise<void> {
    await waitFor(async () => (await this.admin.nodes()) !== undefined, { what: 'control serving', timeoutMs, everyMs: 20 });
  }

  async gatewayReady(index = 0, timeoutMs = 5000): Promise<void> {
    const origin = this.gatewayUrls[index]?.replace(/\/v1$/, '');
    await waitFor(async () => (await status(`${origin}/readyz`)) === 200, { what: `gateway ${index} ready`, timeoutMs, everyMs: 20 });
  }

  async agentHealthy(name: string, timeoutMs = 20_000): Promise<void> {
    const healthy = async () => (await this.admin.nodes()).some((node) => node.name === name && node.state === 'healthy');
    await waitFor(healthy, { what: `node ${name} healthy`, timeoutMs, everyMs: 50 });
  }

  async addAgent(): Promise<ManagedProcess> {
    const name = `node-${this.agents.length}`;
    const engine = this.#options.engine ?? { kind: 'fake' };
    const host = this.#options.hosts?.[this.agents.length];
    const address = host?.address ?? (engine.kind === 'fake-groups' ? groupAddress(this.agents.length) : '127.0.0.1');
    const dockerSocket = host?.dockerSocket ?? (engine.kind === 'image' ? engine.dockerSocket : undefined);
    const dataDir = join(this.directory, name);
    mkdirSync(dataDir, { recursive: true });
    const first = await freePort();
    const policy = nodePolicy(engine, { control: this.scriptFile, portRange: [first, first + 200], modelRoots: [join(dataDir, 'import')] });
    writeFileSync(join(dataDir, 'policy.json'), JSON.stringify(policy, null, 2));
    const cards = this.#options.cards ?? (engine.kind === 'fake-groups' ? 1 : 0);
    const agent = this.#process(name, artefact('agent'), {
      dataDir,
      name,
      control: { address: `${this.#controlAddress}:${this.#ports.enrolment}` },
      joinTokenFile: await this.#tokenFile('agent', name),
      data: { host: address, port: await freePort(), addresses: [address] },
      ...(cards === 0 ? {} : { devices: { nvidiaSmi: fakeNvidiaSmi(join(dataDir, 'nvidia-smi'), name, cards) } }),
      ...(dockerSocket === undefined ? { driver: 'process' } : { driver: 'docker', docker: { socket: dockerSocket } }),
    }, host?.launcher);
    this.agents.push(agent);
    agent.start();
    await this.agentHealthy(name, START_MS);
    return agent;
  }

  /** A user with a key that every gateway has learnt: the secret. */
  async userWithKey(username: string): Promise<string> {
    const secret = await this.admin.userWithKey(username);
    for (const url of this.gatewayUrls) {
      const known = async () => (await status(`${url}/models`, { authorization: `Bearer ${secret}` })) === 200;
      await waitFor(known, { what: `key of ${username} known at ${url}`, timeoutMs: KEY_KNOWN_MS, everyMs: 10 });
    }
    return secret;
  }

  get scriptFile(): string {
    return join(this.directory, 'script.json');
  }

  /** What fake engines do from now on; those in containers start with what their image says and take it over when they run. */
  async scriptEngines(script: EngineControl): Promise<void> {
    await writeFileAtomic(this.scriptFile, JSON.stringify(script), 0o644);
    if (this.#options.hosts) await Promise.all(this.engines().map((engine) => tellScript(engine, script)));
  }

  /** Fake engines of this cluster that run on this machine and its hosts, with what they were started with. */
  engines(): FakeEngineProcess[] {
    const { hosts } = this.#options;
    return hosts ? hosts.flatMap(({ cgroup }) => containedEngines(cgroup)) : fakeEngines(this.scriptFile);
  }

  /** Copies the processes' logs to where a person finds them after a failure. */
  keepLogs(name: string): string {
    const target = join(ARTIFACTS, 'failures', name.replaceAll(/[^\w.-]+/g, '-').slice(0, 80));
    mkdirSync(target, { recursive: true });
    cpSync(join(this.directory, 'logs'), target, { recursive: true });
    return target;
  }

  /** @throws Error when something did not stop cleanly or was left behind; it is removed all the same. */
  async stop(): Promise<void> {
    const problems: string[] = [];
    const end = async (member: ManagedProcess, signal: NodeJS.Signals, timeoutMs: number) => {
      try {
        const exit = await member.stop(signal, timeoutMs);
        if (member.starts > 0 && exit.code !== 0) problems.push(`${member.name} ended with ${exit.signal ?? exit.code}`);
      } catch (error) {
        problems.push((error as Error).message);
      }
    };
    await Promise.all(this.agents.map((agent) => end(agent, 'SIGUSR2', 30_000)));
    await Promise.all(this.gateways.map((gateway) => end(gateway, 'SIGTERM', 12_000)));
    await end(this.control, 'SIGTERM', 6000);
    await this.admin.rest.close();
    for (const left of processesNaming(this.directory)) {
      problems.push(`left behind: ${left.pid} ${left.command}`);
      process.kill(left.pid, 'SIGKILL');
    }
    if (problems.length > 0) problems.push(`logs: ${this.keepLogs(`stop-${process.pid}`)}`);
    rmSync(this.directory, { recursive: true, force: true });
    if (problems.length > 0) throw new Error(`cluster did not stop cleanly:\n  ${problems.join('\n  ')}`);
  }

  async #addGateway(port: number): Promise<void> {
    const name = `gateway-${this.gateways.length}`;
    const gateway = this.#process(name, artefact('gateway'), {
      dataDir: join(this.directory, name),
      listen: { host: '127.0.0.1', port },
      control: { address: `${this.#controlAddress}:${this.#ports.enrolment}` },
      joinTokenFile: await this.#tokenFile('gateway', name),
    });
    this.gateways.push(gateway);
    this.gatewayUrls.push(`http://127.0.0.1:${port}/v1`);
    gateway.start();
    await this.gatewayReady(this.gateways.length - 1, START_MS);
  }

  async #tokenFile(kind: 'agent' | 'gateway', name: string): Promise<string> {
    const file = join(this.directory, `${name}.join-token`);
    writeFileSync(file, await this.admin.joinToken(kind, kind === 'agent' ? name : undefined), { mode: 0o600 });
    return file;
  }

  /** JSON is YAML: the processes read their configuration file as they would an administrator's. */
  #process(name: string, program: string, config: Record<string, unknown>, launcher = this.#options.launcher ?? []): ManagedProcess {
    const file = join(this.directory, `${name}.yaml`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(config, null, 2), { mode: 0o600 });
    return new ManagedProcess({
      name,
      command: [...launcher, process.execPath, program, '--config', file],
      logFile: join(this.directory, 'logs', `${name}.log`),
      respawnAfterMs: RESPAWN_MS,
    });
  }

  /** Where agents dial control. */
  get controlPorts(): readonly number[] {
    return [this.#ports.agents, this.#ports.enrolment];
  }

  get #controlAddress(): string {
    return this.#options.controlAddress ?? '127.0.0.1';
  }

  #writeScript(script: EngineControl): void {
    writeFileSync(this.scriptFile, JSON.stringify(script));
  }
}

/** Nodes of a group need addresses of their own; all of 127.0.0.0/8 is this machine. */
function groupAddress(index: number): string {
  return `127.${1 + ((process.pid >> 8) % 250)}.${process.pid % 256}.${index + 1}`;
}

async function status(url: string, headers: Record<string, string> = {}): Promise<number> {
  const answer = await request(url, { headers, headersTimeout: 2000 });
  await answer.body.dump();
  return answer.statusCode;
}
