import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@openstation/kit';
import Docker from 'dockerode';
import type { AgentHost } from './cluster/index.js';
import { dockerPrerequisites } from './docker.js';
import { publishEngineImage } from './fake-engine/image.js';
import type { EngineControl } from './fake-engine/index.js';
import { installToolkit } from './fake-toolkit.js';
import { NamespaceDoor } from './namespace-door.js';
import { program, type Prerequisite } from './prerequisites.js';
import { startRegistry } from './registry.js';
import { run } from './run.js';

const ENGINE = fileURLToPath(new URL('../lab/engine.sh', import.meta.url));
const NETWORK = '10.213.8';

export const dockerHostsPrerequisites: readonly Prerequisite[] = [...dockerPrerequisites, program('nft', 'nftables')];

/**
 * Several hosts on one network: each a network namespace with an address and a Docker engine of its own, all on a bridge
 * in one more namespace, where an image registry listens and control and gateways are meant to run. No way leads out.
 */
export class DockerHosts {
  /** Of the namespace with the bridge. */
  readonly address = `${NETWORK}.1`;
  readonly registry = `${NETWORK}.1:5000`;
  readonly hosts: DockerHost[] = [];
  readonly #namespace: string;
  readonly #door: NamespaceDoor;
  #registry: ChildProcess | undefined;

  private constructor(readonly directory: string) {
    this.#namespace = basename(directory);
    this.#door = new NamespaceDoor(this.#namespace, directory);
  }

  static async start(count: number): Promise<DockerHosts> {
    const all = new DockerHosts(mkdtempSync(join(tmpdir(), 'oshosts-')));
    try {
      await all.#layNetwork();
      for (let number = 0; number < count; number++) all.hosts.push(new DockerHost(`${all.#namespace}${number}`, `${NETWORK}.${11 + number}`, join(all.directory, `host-${number}`), { namespace: all.#namespace, registry: all.address }));
      await Promise.all([startRegistry(all.#namespace, all.registry, all.directory).then((child) => (all.#registry = child)), ...all.hosts.map((host) => host.start())]);
      return all;
    } catch (error) {
      await all.stop().catch(() => undefined); // the failure of the start is the news
      throw error;
    }
  }

  /** Puts a command beside the bridge, where every host can reach it and it can reach every host. */
  get launcher(): readonly string[] {
    return ['nsenter', `--net=/run/netns/${this.#namespace}`];
  }

  /** 127.0.0.1:port of this machine reaches 127.0.0.1:port beside the bridge. */
  expose(port: number): Promise<void> {
    return this.#door.expose(port);
  }

  /** The fake engine in the registry, on no host: each one's first use must pull it. */
  publishFakeEngine(name: string, script: EngineControl = {}): Promise<string> {
    return publishEngineImage(this.hosts[0]!.docker, `${this.registry}/${name}`, script);
  }

  async stop(): Promise<void> {
    this.#door.close();
    this.#registry?.kill('SIGTERM');
    await Promise.all(this.hosts.map((host) => host.stop()));
    await run(['ip', 'netns', 'del', this.#namespace]);
    rmSync(this.directory, { recursive: true, force: true });
  }

  async #layNetwork(): Promise<void> {
    await run(['ip', 'netns', 'add', this.#namespace]);
    await run(['ip', '-n', this.#namespace, 'link', 'set', 'lo', 'up']);
    await run(['ip', '-n', this.#namespace, 'link', 'add', 'hosts', 'type', 'bridge']);
    await run(['ip', '-n', this.#namespace, 'address', 'add', `${this.address}/24`, 'dev', 'hosts']);
    await run(['ip', '-n', this.#namespace, 'link', 'set', 'hosts', 'up']);
  }
}

/** One of several hosts. */
export class DockerHost implements AgentHost {
  readonly docker: Docker;
  readonly dockerSocket: string;
  readonly cgroup: string;

  constructor(readonly namespace: string, readonly address: string, private readonly directory: string, private readonly beyond: { readonly namespace: string; readonly registry: string }) {
    this.dockerSocket = join(directory, 'docker.sock');
    this.docker = new Docker({ socketPath: this.dockerSocket });
    this.cgroup = `/openstation/${namespace}/`;
  }

  /** Unlike nsenter, it gives the command a /sys with the interfaces of the host. */
  get launcher(): readonly string[] {
    return ['ip', 'netns', 'exec', this.namespace];
  }

  async start(): Promise<void> {
    installToolkit(join(this.directory, 'bin'));
    await run(['ip', 'netns', 'add', this.namespace]);
    await run(['ip', '-n', this.beyond.namespace, 'link', 'add', this.#cable, 'master', 'hosts', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', this.namespace]);
    await run(['ip', '-n', this.namespace, 'address', 'add', `${this.address}/24`, 'dev', 'eth0']);
    await run(['ip', '-n', this.namespace, 'link', 'set', 'eth0', 'up']);
    await this.plugIn();
    await this.startDocker();
  }

  async stop(): Promise<void> {
    this.thaw();
    await run([ENGINE, 'stop', this.namespace, this.directory], { timeoutMs: 60_000 });
  }

  /** The cable, pulled: silence in both directions. */
  async cut(): Promise<void> {
    await run(['ip', '-n', this.beyond.namespace, 'link', 'set', this.#cable, 'down']);
  }

  async plugIn(): Promise<void> {
    await run(['ip', '-n', this.beyond.namespace, 'link', 'set', this.#cable, 'up']);
  }

  /** Bandwidth of the cable towards the host, in Mbit/s; 0: as much as there is. */
  async limit(mbit: number): Promise<void> {
    const qdisc = ['tc', '-n', this.beyond.namespace, 'qdisc'];
    if (mbit === 0) await run([...qdisc, 'del', 'dev', this.#cable, 'root']);
    else await run([...qdisc, 'replace', 'dev', this.#cable, 'root', 'tbf', 'rate', `${mbit}mbit`, 'burst', '256k', 'latency', '200ms']);
  }

  /** What the host sends to these ports of others is lost; -D instead of -I undoes it. */
  async deafen(ports: readonly number[], rule: '-I' | '-D' = '-I'): Promise<void> {
    await run([...this.launcher, 'iptables', rule, 'OUTPUT', '-p', 'tcp', '-m', 'multiport', '--dports', ports.join(), '-j', 'DROP']);
  }

  /** Docker takes connections and answers nothing. */
  freeze(): void {
    process.kill(this.#pid(), 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.#pid(), 'SIGCONT');
  }

  async startDocker(): Promise<void> {
    await run([ENGINE, 'start', this.namespace, this.directory, '--insecure-registry', `${this.beyond.registry}/32`], { timeoutMs: 60_000 });
  }

  /** As `systemctl stop docker`: it ends its containers first. */
  async stopDocker(): Promise<void> {
    const pid = this.#pid();
    process.kill(pid, 'SIGTERM');
    await waitFor(() => !alive(pid), { what: `the end of Docker on ${this.address}`, timeoutMs: 30_000, everyMs: 50 });
  }

  /** All containers, running or not, the members of groups among them by their place in the host's own network. */
  async containers(): Promise<{ id: string; grouped: boolean }[]> {
    const all = await this.docker.listContainers({ all: true });
    return all.map(({ Id, HostConfig }) => ({ id: Id, grouped: HostConfig.NetworkMode === 'host' })).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  get #cable(): string {
    return `to-${this.namespace.slice(-10)}`;
  }

  #pid(): number {
    return Number(readFileSync(join(this.directory, 'dockerd.pid'), 'utf8'));
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
