import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { readJsonFile, writeFileAtomic } from '@openstation/kit';
import type { Clone, DataDirectory, Settings } from '../install/index.js';
import { ControlClient, learnAuthority, type Node } from '../rest/index.js';
import { Supervisor, type ProcessSpec, type SupervisedProcess } from '../supervisor/index.js';
import { configurations, joinTokenFile } from './configuration.js';
import { LEAN, LEANEST, childEnvironment } from './environment.js';
import { whyRemoved } from './joined-agent.js';
import { mendPolicy, type EngineWay } from './policy.js';
import { untilReady } from './readiness.js';

/** What nobody waits for, then doors; the agent next, with the engines; the controller last, so that it hears of both. */
const STOP_ORDER = ['agent-archive', 'gateway', 'agent', 'control'];
const GRACE_MS = { gateway: 12_000, agent: 45_000, control: 6_000 };

/** The whole product on this machine: control, a gateway and an agent under one supervisor. */
export class Product {
  readonly client: ControlClient;
  readonly #supervisor: Supervisor;
  #settings: Settings;
  #claimed = false;
  #agent: SupervisedProcess | undefined;

  constructor(private readonly data: DataDirectory, private readonly clone: Clone, settings: Settings, private readonly env: Readonly<Record<string, string | undefined>>) {
    this.#settings = settings;
    this.#supervisor = new Supervisor(data, settings);
    this.client = new ControlClient(data, () => this.#settings.ports.console);
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** Takes the data directory over; returns the names of what had been left there by a killed supervisor. */
  async begin(): Promise<string[]> {
    const left = await this.#supervisor.begin();
    this.#claimed = true;
    return left;
  }

  /** Whether the data directory is ours: only then there is anything to stop. */
  get claimed(): boolean {
    return this.#claimed;
  }

  /** Nothing was started yet. */
  get idle(): boolean {
    return this.#supervisor.records().length === 0;
  }

  async settle(settings: Settings): Promise<void> {
    this.#settings = settings;
    this.#supervisor.settle(settings);
    const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []).filter(({ internal, family }) => !internal && family === 'IPv4');
    const files = configurations(this.data, this.clone, settings, { hostname: hostname(), addresses: addresses.map(({ address }) => address) });
    for (const [name, content] of Object.entries(files)) await writeFileAtomic(this.#configFile(name), `${JSON.stringify(content, null, 2)}\n`);
  }

  /** Resolves when the API answers us. */
  async startControl(tell: (what: string) => void, signal: AbortSignal): Promise<void> {
    const control = this.#supervisor.add(this.#spec('control', this.clone.controlMain, 'SIGTERM'));
    let known = false;
    await untilReady({
      process: control, what: 'the controller to answer', timeoutMs: 60_000, signal, tell,
      ask: async () => {
        const pid = control.record.identity?.pid;
        if (pid === undefined) return false;
        if (!known) await learnAuthority(this.data, this.#settings.ports.console, pid);
        known = true;
        return this.client.nodes();
      },
    });
  }

  /** Resolves when the gateway has a route table. */
  async startGateway(tell: (what: string) => void, signal: AbortSignal): Promise<void> {
    const gateway = this.#supervisor.add({ ...this.#spec('gateway', this.clone.gatewayMain, 'SIGTERM'), prepare: () => this.#prepareMember('gateway') });
    await untilReady({
      process: gateway, what: 'the gateway to have its routes', timeoutMs: 30_000, signal, tell,
      ask: async () => (await fetch(`http://127.0.0.1:${this.#settings.ports.gateway}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok,
    });
    await rm(joinTokenFile(this.data, 'gateway'), { force: true });
  }

  /** Resolves when the controller sees this node as healthy. */
  async startAgent(tell: (what: string) => void, signal: AbortSignal): Promise<void> {
    const agent = this.#supervisor.add({
      ...this.#spec('agent', this.clone.agentMain, 'SIGUSR2'),
      prepare: async () => {
        await mendPolicy(this.data, this.clone, process.execPath, undefined);
        await this.#prepareMember('agent');
      },
      finished: () => whyRemoved(this.data),
    });
    this.#agent = agent;
    const began = Date.now();
    await untilReady({ process: agent, what: "the node's session", timeoutMs: 45_000, signal, tell, ask: () => this.#nodeHeardSince(began) });
    await rm(joinTokenFile(this.data, 'agent'), { force: true });
  }

  /** Tells the local agent how engines run here; it reads its policy at its start, so it is started again on a change. */
  async useEngine(way: EngineWay, tell: (what: string) => void, signal: AbortSignal): Promise<void> {
    const agent = this.#agent;
    if (!agent || !(await mendPolicy(this.data, this.clone, process.execPath, way))) return;
    const before = agent.record.identity?.pid;
    const asked = Date.now();
    if (before !== undefined) process.kill(before, 'SIGTERM');
    await untilReady({
      process: agent, what: 'the node to be healthy again', timeoutMs: 45_000, signal, tell,
      ask: async () => agent.record.identity?.pid !== before && (await this.#nodeHeardSince(asked)),
    });
  }

  /**
   * Brings the archive that nodes are installed from up to date beside everything else: nodes may ask for it soon. `program`
   * is this one.
   */
  refreshArchive(program: string): void {
    this.#supervisor.add({
      name: 'agent-archive', program: process.execPath, args: [program, 'agent-archive'], env: definedOnly(this.env), cwd: process.cwd(),
      logFile: join(this.data.logs, 'agent-archive.log'), stopSignal: 'SIGTERM', stopGraceMs: 3_000, once: true,
    });
  }

  /** The node of this machine's agent, once it is healthy. */
  async localNode(): Promise<Node | undefined> {
    const member = await readJsonFile<{ memberId: string }>(join(this.data.agent, 'member.json'));
    const node = (await this.client.nodes()).find(({ id }) => id === member?.memberId);
    return node?.state === 'healthy' ? node : undefined;
  }

  /** Healthy by a word of its own: right after a start the controller still shows what was true before it. */
  async #nodeHeardSince(moment: number): Promise<boolean> {
    const node = await this.localNode();
    return node?.lastSeenAt != null && Date.parse(node.lastSeenAt) >= moment;
  }

  async stop(): Promise<void> {
    await this.#supervisor.stop(STOP_ORDER);
  }

  /** A member without an identity gets a fresh token for every try: they are good for one use and half an hour. */
  async #prepareMember(member: 'gateway' | 'agent'): Promise<void> {
    if (existsSync(join(this.data[member], 'member.json'))) return;
    await writeFileAtomic(joinTokenFile(this.data, member), `${await this.client.joinToken(member)}\n`);
  }

  #spec(name: 'control' | 'gateway' | 'agent', main: string, stopSignal: NodeJS.Signals): ProcessSpec {
    return {
      name, program: process.execPath, args: [main, '--config', this.#configFile(name)], env: { ...childEnvironment(this.env), ...(name === 'agent' ? LEANEST : LEAN) }, cwd: this.data[name],
      logFile: join(this.data.logs, `${name}.log`), stopSignal, stopGraceMs: GRACE_MS[name],
    };
  }

  #configFile(name: string): string {
    return join(this.data.run, `${name}.yaml`);
  }
}

function definedOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
