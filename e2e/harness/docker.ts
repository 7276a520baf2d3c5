import { randomUUID } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@openstation/kit';
import Docker from 'dockerode';
import { processesNaming } from './cluster/leftovers.js';
import { publishEngineImage } from './fake-engine/image.js';
import type { EngineControl } from './fake-engine/index.js';
import { installToolkit, loseCards } from './fake-toolkit.js';
import { NamespaceDoor } from './namespace-door.js';
import { program, root, type Prerequisite } from './prerequisites.js';
import { startRegistry } from './registry.js';
import { run } from './run.js';

const ENGINE = fileURLToPath(new URL('../lab/engine.sh', import.meta.url));
const HERE = '10.213.7.1';
const REGISTRY = '10.213.7.2';
const INSECURE = ['--insecure-registry', `${REGISTRY}/32`];

export const dockerPrerequisites: readonly Prerequisite[] = [
  root,
  program('dockerd', 'docker.io'),
  program('docker-registry', 'docker-registry'),
  program('iptables', 'iptables'),
  program('ip', 'iproute2'),
  program('jq', 'jq'),
  program('busybox', 'busybox-static'),
  program('nsenter', 'util-linux'),
  program('python3', 'python3'),
];

export interface DockerTraits {
  /** It has the NVIDIA Container Toolkit, or what it takes for it. */
  readonly toolkit?: boolean;
  /** Images and containers lie on a disk of their own of this size. */
  readonly diskMb?: number;
}

/**
 * A real Docker engine in a network namespace of its own, and across a wire that can be slowed down or cut, a
 * registry. What must reach containers' ports runs in the namespace too (`launcher`); `expose` brings single
 * ports of it to the same port on the machine's loopback.
 */
export class PrivateDocker {
  readonly docker: Docker;
  readonly socket: string;
  readonly namespace: string;
  readonly registry = `${REGISTRY}:5000`;
  readonly #door: NamespaceDoor;
  #registry: ChildProcess | undefined;

  private constructor(readonly directory: string) {
    this.namespace = basename(directory);
    this.socket = join(directory, 'docker.sock');
    this.docker = new Docker({ socketPath: this.socket });
    this.#door = new NamespaceDoor(this.namespace, directory);
  }

  static async start({ toolkit, diskMb }: DockerTraits = {}): Promise<PrivateDocker> {
    const engine = new PrivateDocker(mkdtempSync(join(tmpdir(), 'osdocker-')));
    try {
      if (toolkit === true) installToolkit(join(engine.directory, 'bin'));
      if (diskMb !== undefined) await engine.#mountDisk(diskMb);
      await run([ENGINE, 'start', engine.namespace, engine.directory, ...INSECURE], { timeoutMs: 60_000 });
      await engine.#startRegistry();
      return engine;
    } catch (error) {
      await engine.stop().catch(() => undefined); // the failure of the start is the news
      throw error;
    }
  }

  /** Puts a command into the engine's network namespace. */
  get launcher(): readonly string[] {
    return ['nsenter', `--net=/run/netns/${this.namespace}`];
  }

  /** The same, on a machine whose boot id `losePower` changes. */
  get machine(): readonly string[] {
    writeFileSync(this.#bootId, `${randomUUID()}\n`);
    return [...this.launcher, 'unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /proc/sys/kernel/random/boot_id && exec "$@"', this.#bootId];
  }

  /** Builds the fake engine that does what the script says, pushes it to the registry and forgets it locally: the next use must pull it. */
  publishFakeEngine(name: string, script: EngineControl = {}): Promise<string> {
    return publishEngineImage(this.docker, `${this.registry}/${name}`, script);
  }

  /** Bandwidth of the wire to the registry, in Mbit/s. */
  async limitRegistry(mbit: number): Promise<void> {
    await run(['tc', '-n', `${this.namespace}r`, 'qdisc', 'replace', 'dev', 'wire', 'root', 'tbf', 'rate', `${mbit}mbit`, 'burst', '256k', 'latency', '200ms']);
  }

  async cutRegistry(): Promise<void> {
    await run(['ip', '-n', `${this.namespace}r`, 'link', 'set', 'wire', 'down']);
  }

  async healRegistry(): Promise<void> {
    await run(['ip', '-n', `${this.namespace}r`, 'link', 'set', 'wire', 'up']);
  }

  /** 127.0.0.1:port of this machine reaches 127.0.0.1:port of the namespace. */
  expose(port: number): Promise<void> {
    return this.#door.expose(port);
  }

  /** These cards are given to no container any more; with no names, all are there again. */
  loseCards(uuids: readonly string[]): void {
    loseCards(join(this.directory, 'bin'), uuids);
  }

  /** Leaves so much of the engine's own disk. */
  async fillDisk(leftMb: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.#data);
    await run(['fallocate', '-l', String(bavail * bsize - leftMb * 2 ** 20), join(this.#data, 'ballast')]);
  }

  freeDisk(): void {
    rmSync(join(this.#data, 'ballast'), { force: true });
  }

  /** It takes connections and answers nothing, as an engine does whose storage hangs. */
  freeze(): void {
    process.kill(this.#pid(), 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.#pid(), 'SIGCONT');
  }

  /** The machine loses power: the engine and every container are gone at once, and it has another boot id from now on. */
  async losePower(): Promise<void> {
    const running = await this.docker.listContainers();
    const containers = await Promise.all(running.map(async ({ Id }) => (await this.docker.getContainer(Id).inspect()).State.Pid));
    const pids = [this.#pid(), ...processesNaming(join(this.directory, 'exec')).map(({ pid }) => pid), ...containers];
    for (const pid of new Set(pids)) process.kill(pid, 'SIGKILL');
    await waitFor(() => pids.every((pid) => !existsSync(`/proc/${pid}`)), { what: 'the end of the engine', timeoutMs: 10_000, everyMs: 50 });
    await run([ENGINE, 'sweep', this.namespace, this.directory], { timeoutMs: 30_000 });
    writeFileSync(this.#bootId, `${randomUUID()}\n`);
  }

  async startAgain(): Promise<void> {
    await run([ENGINE, 'start', this.namespace, this.directory, ...INSECURE], { timeoutMs: 60_000 });
  }

  async stop(): Promise<void> {
    this.#door.close();
    this.#registry?.kill('SIGTERM');
    await run([ENGINE, 'stop', this.namespace, this.directory], { timeoutMs: 60_000 });
    await run(['ip', 'netns', 'del', `${this.namespace}r`]).catch(() => undefined); // not there when the start failed early
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Images and containers. */
  get #data(): string {
    return join(this.directory, 'data');
  }

  async #mountDisk(megabytes: number): Promise<void> {
    mkdirSync(this.#data);
    await run(['mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'openstation', this.#data]);
  }

  get #bootId(): string {
    return join(this.directory, 'boot-id');
  }

  #pid(): number {
    return Number(readFileSync(join(this.directory, 'dockerd.pid'), 'utf8'));
  }

  async #startRegistry(): Promise<void> {
    const other = `${this.namespace}r`;
    await run(['ip', 'netns', 'add', other]);
    await run(['ip', '-n', other, 'link', 'set', 'lo', 'up']);
    await run(['ip', '-n', this.namespace, 'link', 'add', 'wire', 'type', 'veth', 'peer', 'name', 'wire', 'netns', other]);
    for (const [namespace, address] of [[this.namespace, HERE], [other, REGISTRY]] as const) {
      await run(['ip', '-n', namespace, 'address', 'add', `${address}/30`, 'dev', 'wire']);
      await run(['ip', '-n', namespace, 'link', 'set', 'wire', 'up']);
    }
    this.#registry = await startRegistry(other, this.registry, this.directory);
  }
}
