import Docker from 'dockerode';
import { chown, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { deadline } from '@openstation/kit';
import { DriverError, type DriverFingerprint, type EngineDriver, type EngineLayout, type EnginePlace, type EngineRecord, type EngineSpec, type LogOptions, type RawLogLine } from '../driver.js';
import { engineName, parseEngineName, specDigest } from '../engine-name.js';
import { containerOptions, ENGINE_NETWORK, ENGINE_PORT, ENGINE_USER, KEY_PATH, MODEL_PATH } from './container-options.js';
import { DockerLogReader } from './docker-logs.js';
import { toRecord, type Ending } from './docker-record.js';
import { ImagePuller } from './image-puller.js';

const CALL_DEADLINE_MS = 15_000;

/** Engines as containers of this node's Docker engine, all from one hardened template. */
export class DockerDriver implements EngineDriver {
  readonly name = 'docker';
  readonly #docker: Docker;
  /** For short questions: a hanging engine is given up by the connection itself, so that nothing piles up. */
  readonly #asking: Docker;
  readonly #puller: ImagePuller;
  /** How ended containers ended, by container id: it never changes, so it is asked once. */
  readonly #endings = new Map<string, Ending>();
  #networkComing: Promise<string> | undefined;

  /** `root` holds one directory per engine: its key and its cache. */
  constructor(socketPath: string, private readonly root: string, private readonly clusterId: string) {
    this.#docker = new Docker({ socketPath });
    this.#asking = new Docker({ socketPath, timeout: CALL_DEADLINE_MS });
    this.#puller = new ImagePuller(this.#docker);
  }

  async fingerprint(): Promise<DriverFingerprint> {
    try {
      const version = await deadline(this.#asking.version(), 5000, 'the answer of the Docker engine');
      return { available: true, version: version.Version, message: '' };
    } catch (error) {
      return { available: false, version: '', message: (error as Error).message };
    }
  }

  layout(place: EnginePlace): EngineLayout {
    return place.distributed
      ? { modelDir: MODEL_PATH, keyFile: KEY_PATH, host: '127.0.0.1', port: place.port }
      : { modelDir: MODEL_PATH, keyFile: KEY_PATH, host: '0.0.0.0', port: ENGINE_PORT };
  }

  prepare(image: string, onProgress: (ratio: number, message: string) => void, signal: AbortSignal): Promise<void> {
    return this.#puller.ensure(image, onProgress, signal);
  }

  has(image: string): Promise<boolean> {
    return this.#puller.present(image);
  }

  async start(spec: EngineSpec): Promise<EngineRecord> {
    const name = engineName(spec.instanceId, spec.generation);
    const specSha256 = specDigest(spec);
    const existing = (await this.list()).find((record) => record.name === name);
    if (existing?.state === 'running' && existing.specSha256 === specSha256) return existing;
    if (existing) await this.#discard(name);
    const network = await this.#network();
    const cacheDir = await this.#prepareDirectory(spec);
    const options = containerOptions(spec, { clusterId: this.clusterId, specSha256, cacheDir, network, layout: this.layout(spec.place) });
    try {
      const container = await deadline(this.#docker.createContainer(options), CALL_DEADLINE_MS, 'creating the container');
      await deadline(container.start(), 4 * CALL_DEADLINE_MS, 'starting the container');
    } catch (error) {
      throw startError(error as Error);
    }
    const record = (await this.list()).find((candidate) => candidate.name === name);
    if (!record) throw new DriverError('start', `container ${name} vanished while it started`);
    return record;
  }

  async list(): Promise<EngineRecord[]> {
    const filters = { label: [`os.cluster=${this.clusterId}`] };
    const containers = await deadline(this.#asking.listContainers({ all: true, filters }), CALL_DEADLINE_MS, 'listing containers');
    const records: EngineRecord[] = [];
    for (const container of containers) {
      const ended = container.State === 'exited' || container.State === 'dead';
      const record = toRecord(container, ended ? await this.#ending(container.Id) : undefined);
      if (record) records.push(record);
    }
    return records;
  }

  async stop(name: string, graceMs: number): Promise<void> {
    const graceSeconds = Math.ceil(graceMs / 1000);
    await this.#onOurs(name, (container) => deadline(container.stop({ t: graceSeconds }), graceMs + CALL_DEADLINE_MS, `stopping ${name}`), [304]);
  }

  async remove(name: string): Promise<void> {
    if (!parseEngineName(name)) throw new Error(`"${name}" is not the name of an engine`);
    await this.#onOurs(name, (container) => deadline(container.remove({ v: true }), CALL_DEADLINE_MS, `removing ${name}`), []);
    await rm(join(this.root, name), { recursive: true, force: true });
  }

  async *logs(name: string, options: LogOptions, signal: AbortSignal): AsyncGenerator<RawLogLine> {
    const reader = new DockerLogReader();
    const past = await this.#collect(name, reader, options.tail);
    yield* past.lines;
    if (!options.follow) return;
    const since = Math.floor(past.lastAtMs / 1000);
    const stream = (await this.#docker.getContainer(name).logs({ follow: true, stdout: true, stderr: true, timestamps: true, since })) as unknown as Readable;
    const stop = (): void => void stream.destroy();
    signal.addEventListener('abort', stop, { once: true });
    let number = past.count;
    try {
      const follower = new DockerLogReader();
      for await (const chunk of stream) {
        for (const line of follower.push(chunk as Buffer)) {
          // `since` knows whole seconds only: what was sent already is skipped by its time.
          if (line.atMs > past.lastAtMs) yield { ...line, number: ++number };
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', stop);
      stream.destroy();
    }
  }

  async recentLines(name: string, count: number): Promise<string[]> {
    const bytes = await this.#asking.getContainer(name).logs({ follow: false, stdout: true, stderr: true, timestamps: true, tail: count });
    return new DockerLogReader().push(bytes).flatMap((line) => line.text.toString('utf8').split(/\r+/)).filter((text) => text !== '');
  }

  async memoryBytes(record: EngineRecord): Promise<number | undefined> {
    if (record.state !== 'running') return undefined;
    const options = { stream: false as const, 'one-shot': true };
    const stats = await deadline(this.#asking.getContainer(record.handle).stats(options), CALL_DEADLINE_MS, 'container statistics');
    return stats.memory_stats.usage;
  }

  async readBytes(record: EngineRecord): Promise<number | undefined> {
    if (record.state !== 'running') return undefined;
    const { blkio_stats: disk } = await deadline(this.#asking.getContainer(record.handle).stats({ stream: false, 'one-shot': true }), CALL_DEADLINE_MS, 'container statistics');
    const entries = disk?.['io_service_bytes_recursive'] as { op?: string; value?: number }[] | null | undefined;
    return entries?.filter(({ op }) => /^read$/i.test(op ?? '')).reduce((sum, { value = 0 }) => sum + value, 0);
  }

  async tidy(): Promise<void> {
    await Promise.resolve(); // Docker rotates by itself
  }

  async dismantle(): Promise<void> {
    const filters = { name: [ENGINE_NETWORK], label: [`os.cluster=${this.clusterId}`] };
    const found = await this.#asking.listNetworks({ filters });
    for (const network of found.filter((candidate) => candidate.Name === ENGINE_NETWORK)) await this.#asking.getNetwork(network.Id).remove();
  }

  async #collect(name: string, reader: DockerLogReader, tail: number): Promise<{ lines: RawLogLine[]; count: number; lastAtMs: number }> {
    const stream = await this.#asking.getContainer(name).logs({ follow: false, stdout: true, stderr: true, timestamps: true });
    const all = reader.push(stream);
    return { lines: tail === 0 ? all : all.slice(-tail), count: all.length, lastAtMs: all.at(-1)?.atMs ?? 0 };
  }

  async #ending(id: string): Promise<Ending> {
    const known = this.#endings.get(id);
    if (known) return known;
    const { State } = await deadline(this.#asking.getContainer(id).inspect(), CALL_DEADLINE_MS, 'inspecting a container');
    const ending = { exitCode: State.ExitCode, oomKilled: State.OOMKilled };
    this.#endings.set(id, ending);
    return ending;
  }

  async #discard(name: string): Promise<void> {
    await this.stop(name, 0);
    await this.#onOurs(name, (container) => deadline(container.remove({ v: true }), CALL_DEADLINE_MS, `removing ${name}`), []);
  }

  /** Acts only on a container that carries our cluster's label, whatever it is called. */
  async #onOurs(name: string, act: (container: Docker.Container) => Promise<unknown>, fine: readonly number[]): Promise<void> {
    const record = (await this.list()).find((candidate) => candidate.name === name);
    if (!record) return;
    try {
      await act(this.#docker.getContainer(record.handle));
    } catch (error) {
      const status = (error as { statusCode?: number }).statusCode ?? 0;
      if (status !== 404 && !fine.includes(status)) throw error;
    }
  }

  /** The one internal bridge: engines reach neither the world nor each other, the agent reaches them. */
  async #findNetwork(): Promise<string> {
    const [oldest, ...others] = await this.#networks();
    // Docker takes several networks of one name and then starts no container in any of them.
    for (const { Id, Labels } of others) if (Labels?.['os.cluster'] === this.clusterId) await this.#asking.getNetwork(Id).remove();
    if (oldest) return oldest.Id;
    const Options = { 'com.docker.network.bridge.enable_icc': 'false' };
    try {
      await this.#asking.createNetwork({ Name: ENGINE_NETWORK, CheckDuplicate: true, Driver: 'bridge', Internal: true, Labels: { 'os.cluster': this.clusterId }, Options });
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode !== 409) throw error;
    }
    return (await this.#networks())[0]?.Id ?? ENGINE_NETWORK;
  }

  /** Of that name, the oldest first. */
  async #networks(): Promise<Docker.NetworkInspectInfo[]> {
    const found = await this.#asking.listNetworks({ filters: { name: [ENGINE_NETWORK] } });
    return found.filter(({ Name }) => Name === ENGINE_NETWORK).sort((a, b) => (`${a.Created} ${a.Id}` < `${b.Created} ${b.Id}` ? -1 : 1));
  }

  /** Asked for once at a time: engines that start together would each make one. */
  #network(): Promise<string> {
    this.#networkComing ??= this.#findNetwork().finally(() => (this.#networkComing = undefined));
    return this.#networkComing;
  }

  /** The container's user must own its cache and be able to read its key; only root can hand them over. */
  async #prepareDirectory(spec: EngineSpec): Promise<string> {
    const cacheDir = join(dirname(spec.place.keyFile), 'cache');
    await mkdir(cacheDir, { recursive: true, mode: 0o700 });
    if (process.getuid?.() === 0) {
      await chown(cacheDir, ENGINE_USER, ENGINE_USER);
      await chown(spec.place.keyFile, ENGINE_USER, ENGINE_USER);
    }
    return cacheDir;
  }
}

function startError(error: Error): DriverError {
  if (/could not select device driver|nvidia-container-cli/.test(error.message)) {
    return new DriverError('gpu-driver', `Docker cannot give the GPU to a container (is the NVIDIA Container Toolkit installed?): ${error.message}`);
  }
  return new DriverError('start', `the container could not be started: ${error.message}`);
}
