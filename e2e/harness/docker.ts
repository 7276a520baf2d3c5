import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@openstation/kit';
import Docker from 'dockerode';
import { buildEngineImage, finished } from './fake-engine/image.js';
import { program, root, type Prerequisite } from './prerequisites.js';
import { run } from './run.js';

const ENGINE = fileURLToPath(new URL('../lab/engine.sh', import.meta.url));
const RELAY = fileURLToPath(new URL('./namespace-relay.mjs', import.meta.url));
const HERE = '10.213.7.1';
const REGISTRY = '10.213.7.2';

export const dockerPrerequisites: readonly Prerequisite[] = [
  root,
  program('dockerd', 'docker.io'),
  program('docker-registry', 'docker-registry'),
  program('iptables', 'iptables'),
  program('ip', 'iproute2'),
  program('jq', 'jq'),
  program('nsenter', 'util-linux'),
];

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
  readonly #children: ChildProcess[] = [];
  readonly #servers: Server[] = [];

  private constructor(readonly directory: string) {
    this.namespace = basename(directory);
    this.socket = join(directory, 'docker.sock');
    this.docker = new Docker({ socketPath: this.socket });
  }

  static async start(): Promise<PrivateDocker> {
    const engine = new PrivateDocker(mkdtempSync(join(tmpdir(), 'osdocker-')));
    try {
      await run([ENGINE, 'start', engine.namespace, engine.directory, '--insecure-registry', `${REGISTRY}/32`], { timeoutMs: 60_000 });
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

  /** Builds the fake engine, pushes it to the registry and forgets it locally: the next use must pull it. */
  async publishFakeEngine(name: string): Promise<string> {
    const reference = `${this.registry}/${name}`;
    await buildEngineImage(this.docker, reference);
    const image = this.docker.getImage(reference);
    await finished(this.docker, await image.push({ authconfig: { username: '', password: '' } }));
    await image.remove({ force: true });
    await this.docker.pruneImages({ filters: { dangling: { false: true } } });
    return reference;
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
  async expose(port: number): Promise<void> {
    const path = join(this.directory, `port-${port}.sock`);
    this.#children.push(spawn('nsenter', [`--net=/run/netns/${this.namespace}`, process.execPath, RELAY, path, String(port)], { stdio: 'inherit' }));
    const server = createServer((client) => {
      const upstream = createConnection(path);
      client.pipe(upstream).pipe(client);
      client.on('error', () => upstream.destroy());
      upstream.on('error', () => client.destroy());
    });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    this.#servers.push(server);
  }

  /** It takes connections and answers nothing, as an engine does whose storage hangs. */
  freeze(): void {
    process.kill(this.#pid(), 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.#pid(), 'SIGCONT');
  }

  async stop(): Promise<void> {
    for (const server of this.#servers) server.close();
    for (const child of this.#children) child.kill('SIGTERM');
    await run([ENGINE, 'stop', this.namespace, this.directory], { timeoutMs: 60_000 });
    await run(['ip', 'netns', 'del', `${this.namespace}r`]).catch(() => undefined); // not there when the start failed early
    rmSync(this.directory, { recursive: true, force: true });
  }

  #pid(): number {
    return Number(readFileSync(join(this.directory, 'dockerd.pid'), 'utf8'));
  }

  async #startRegistry(): Promise<void> {
    const other = `${this.namespace}r`;
    await run(['ip', 'netns', 'add', other]);
    await run(['ip', '-n', this.namespace, 'link', 'add', 'wire', 'type', 'veth', 'peer', 'name', 'wire', 'netns', other]);
    for (const [namespace, address] of [[this.namespace, HERE], [other, REGISTRY]] as const) {
      await run(['ip', '-n', namespace, 'address', 'add', `${address}/30`, 'dev', 'wire']);
      await run(['ip', '-n', namespace, 'link', 'set', 'wire', 'up']);
    }
    const storage = join(this.directory, 'registry');
    mkdirSync(storage);
    const config = join(this.directory, 'registry.json');
    writeFileSync(config, JSON.stringify({ version: '0.1', log: { level: 'warn' }, storage: { filesystem: { rootdirectory: storage } }, http: { addr: this.registry } }));
    this.#children.push(spawn('nsenter', [`--net=/run/netns/${other}`, 'docker-registry', 'serve', config], { stdio: 'ignore' }));
    const answers = () => run([...this.launcher, 'curl', '-sf', `http://${this.registry}/v2/`], { timeoutMs: 2000 });
    await waitFor(answers, { what: 'the registry', timeoutMs: 10_000, everyMs: 100 });
  }
}
