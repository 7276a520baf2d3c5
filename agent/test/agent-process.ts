import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { Desired, NetworkMode, type Assignment, type LaunchIntent } from '@openstation/proto';
import type { FakeDispatcher } from './fake-dispatcher.js';
import type { Leaf } from './test-authority.js';

const PROGRAM = join(import.meta.dirname, '../dist/agent.cjs');
const FAKE_ENGINE = join(import.meta.dirname, 'fake-engine.mjs');

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** The built agent as a real process, in a directory of its own that a second one can take over. */
export class AgentProcess {
  #child: ChildProcess | undefined;
  output = '';
  dataPort = 0;

  private constructor(readonly directory: string, private readonly dispatcher: FakeDispatcher, private readonly env: Readonly<Record<string, string>>) {}

  static async create(dispatcher: FakeDispatcher, settings: { engine?: string; policy?: object; env?: Readonly<Record<string, string>> } = {}): Promise<AgentProcess> {
    const agent = new AgentProcess(await mkdtemp(join(tmpdir(), 'os-agent-')), dispatcher, settings.env ?? {});
    const policy = { version: 1, engines: { 'llama-cpp': { process: { command: [process.execPath, settings.engine ?? FAKE_ENGINE] } } }, portRange: [42000, 42999], ...settings.policy };
    await writeFile(join(agent.directory, 'policy.json'), JSON.stringify(policy));
    await writeFile(join(agent.directory, 'join-token'), dispatcher.joinToken);
    return agent;
  }

  async start(): Promise<void> {
    const seen = this.output.length;
    this.#child = spawn(process.execPath, [PROGRAM], {
      env: {
        PATH: process.env['PATH'],
        OPENSTATION_AGENT_DATA_DIR: this.directory,
        OPENSTATION_CONTROL_ADDRESS: `127.0.0.1:${this.dispatcher.enrolmentPort}`,
        OPENSTATION_JOIN_TOKEN_FILE: join(this.directory, 'join-token'),
        OPENSTATION_AGENT_DATA_HOST: '127.0.0.1',
        OPENSTATION_AGENT_DATA_PORT: '0',
        OPENSTATION_DOCKER_SOCKET: '/nowhere/docker.sock',
        ...this.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.on('data', (data: Buffer) => (this.output += data.toString()));
    this.#child.stderr?.on('data', (data: Buffer) => (this.output += data.toString()));
    this.dataPort = await waitFor(() => Number(/"dataPort":(\d+)/.exec(this.output.slice(seen))?.[1] ?? 0) || undefined, { what: `agent start, said: ${this.output}`, timeoutMs: 15_000 });
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Waits for it to end by itself. Resolves with the exit code, or null when killed. */
  async exited(timeoutMs = 30_000): Promise<number | null> {
    const child = this.#child;
    await waitFor(() => child === undefined || child.exitCode !== null || child.signalCode !== null, { what: `end of the agent, said: ${this.output.slice(-2000)}`, timeoutMs });
    return child?.exitCode ?? null;
  }

  /** Sends a signal and waits for the end. Resolves with the exit code, or null when killed. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exit = once(child, 'exit');
    child.kill(signal);
    const [code] = (await exit) as [number | null];
    return code;
  }

  /** Ends agent and engines and removes everything. */
  async destroy(): Promise<void> {
    await this.end('SIGKILL');
    for (const pid of await this.enginePids()) killGroup(pid);
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Wrapper pids of all engines this directory knows. */
  async enginePids(): Promise<number[]> {
    const pids: number[] = [];
    for (const name of await readdir(join(this.directory, 'instances')).catch(() => [])) {
      const stat = await readFile(join(this.directory, 'instances', name, 'pid'), 'utf8').catch(() => '');
      if (stat) pids.push(Number.parseInt(stat, 10));
    }
    return pids;
  }

  call(gateway: Leaf, instanceId: string, path: string, body: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const call = request(this.callOptions(gateway, instanceId, path), (response) => {
        let text = '';
        response.on('data', (data: Buffer) => (text += data.toString()));
        response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
        response.once('error', reject);
      });
      call.once('error', reject);
      call.end(JSON.stringify(body));
    });
  }

  callOptions(gateway: Leaf, instanceId: string, path: string) {
    return {
      host: '127.0.0.1', port: this.dataPort, method: 'POST', path, agent: false as const,
      key: gateway.keyPem, cert: gateway.certificatePem, ca: this.dispatcher.authority.certificatePem,
      headers: { 'content-type': 'application/json', 'x-openstation-instance': instanceId, authorization: 'Bearer of-the-client' },
    };
  }
}

export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** True while the process runs; a zombie that waits for its parent is dead. */
export function alive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** A wish for one instance of the test model. */
export function run(dispatcher: FakeDispatcher, instanceId: string, changes: Partial<LaunchIntent> & { generation?: number } = {}): Assignment {
  const { generation = 1, ...intent } = changes;
  const manifest = dispatcher.manifest('m-1');
  return {
    instanceId, generation, desired: Desired.RUN,
    intent: {
      serviceId: 's-1', serviceName: 'tiny', engine: 'llama-cpp', image: '', argv: ['--ctx-size', '512'], env: {},
      model: { modelId: 'm-1', name: 'test model', manifestDigest: manifest.digest, totalBytes: manifest.totalBytes, entry: 'model.gguf' },
      gpuUuids: [], shmBytes: 0, network: NetworkMode.SINGLE, memoryLimitBytes: 0, cpuCores: 0, group: undefined, template: undefined, loadDeadlineSeconds: 60, ...intent,
    },
  };
}

export function tombstone(instanceId: string, generation = 1): Assignment {
  return { instanceId, generation, desired: Desired.STOP, intent: undefined };
}
