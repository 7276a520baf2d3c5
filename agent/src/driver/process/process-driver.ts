import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { DriverError, type DriverFingerprint, type EngineDriver, type EngineLayout, type EnginePlace, type EngineRecord, type EngineSpec, type LogOptions, type RawLogLine } from '../driver.js';
import { engineName, parseEngineName, specDigest } from '../engine-name.js';
import { confinedCommandLine, engineEnvironment, privilegePrefix } from './confinement.js';
import { InstanceDirectory } from './instance-directory.js';
import { LogFile } from './log-file.js';
import { bootId, findByArgument, isAlive, membersOfGroup, treeMemoryBytes, treeReadBytes, type ProcessIdentity } from './process-table.js';

const APPEAR_WITHIN_MS = 5000;
const FORCED_STOP_WITHIN_MS = 5000;

/** Engines as confined processes of this machine that outlive the agent. */
export class ProcessDriver implements EngineDriver {
  readonly name = 'process';
  readonly #logs = new Map<string, LogFile>();
  #prefix: Promise<readonly string[]> | undefined;

  /** `root` holds one directory per engine. */
  constructor(private readonly root: string, private readonly clusterId: string) {}

  async fingerprint(): Promise<DriverFingerprint> {
    const prefix = await this.#privileges();
    return { available: true, version: process.version, message: prefix.length === 0 ? 'setpriv is missing: engines run with the rights of the agent' : '' };
  }

  layout(place: EnginePlace): EngineLayout {
    return { modelDir: place.modelDir, keyFile: place.keyFile, host: '127.0.0.1', port: place.port };
  }

  async prepare(): Promise<void> {
    await Promise.resolve(); // the program is on the node already
  }

  async has(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async start(spec: EngineSpec): Promise<EngineRecord> {
    const name = engineName(spec.instanceId, spec.generation);
    const specSha256 = specDigest(spec);
    const existing = await this.#record(name);
    if (existing?.state === 'running' && existing.specSha256 === specSha256) return existing;
    if (existing) await this.#clear(name);
    const directory = this.#directory(name);
    const { instanceId, generation, engine, place } = spec;
    await directory.create({ clusterId: this.clusterId, instanceId, generation, engine, specSha256, port: place.port });
    await this.#spawn(spec, directory);
    const record = await waitFor(() => this.#started(name), { what: `engine process ${name}`, timeoutMs: APPEAR_WITHIN_MS, everyMs: 10 });
    return record;
  }

  async list(): Promise<EngineRecord[]> {
    const records: EngineRecord[] = [];
    for (const name of await this.#names()) {
      const record = await this.#record(name);
      if (record) records.push(record);
    }
    return records;
  }

  async stop(name: string, graceMs: number): Promise<void> {
    const identity = await this.#identity(name);
    if (!identity || identity.bootId !== (await bootId())) return;
    if (!(await isAlive(identity, identity.bootId))) return killStragglers(identity.pid, this.#directory(name).path);
    signalGroup(identity.pid, 'SIGTERM');
    if (await this.#goneWithin(identity, graceMs)) return killStragglers(identity.pid, this.#directory(name).path);
    signalGroup(identity.pid, 'SIGKILL');
    if (!(await this.#goneWithin(identity, FORCED_STOP_WITHIN_MS))) throw new Error(`process ${identity.pid} of ${name} does not die (uninterruptible I/O)`);
  }

  async remove(name: string): Promise<void> {
    if (!parseEngineName(name)) throw new Error(`"${name}" is not the name of an engine`);
    if ((await this.#record(name))?.state === 'running') throw new Error(`${name} still runs`);
    this.#logs.delete(name);
    await rm(this.#directory(name).path, { recursive: true, force: true });
  }

  logs(name: string, options: LogOptions, signal: AbortSignal): AsyncIterable<RawLogLine> {
    return this.#log(name).read(options, signal);
  }

  recentLines(name: string, count: number): Promise<string[]> {
    return this.#log(name).recent(count);
  }

  async memoryBytes(record: EngineRecord): Promise<number | undefined> {
    return record.state === 'running' ? treeMemoryBytes(Number(record.handle)) : undefined;
  }

  async readBytes(record: EngineRecord): Promise<number | undefined> {
    return record.state === 'running' ? treeReadBytes(Number(record.handle)) : undefined;
  }

  async tidy(): Promise<void> {
    for (const name of await this.#names()) await this.#log(name).tidy();
  }

  /** Directories of starts that were cut off early carry no labels; those of another cluster stay. */
  async dismantle(): Promise<void> {
    for (const name of await this.#names()) if ((await this.#directory(name).labels()) === undefined) await rm(this.#directory(name).path, { recursive: true, force: true });
    await rmdir(this.root).catch(() => undefined); // not there, or not only ours
  }

  async #spawn(spec: EngineSpec, directory: InstanceDirectory): Promise<void> {
    const command = [...(await this.#privileges()), ...(await confinedCommandLine(spec, directory.path))];
    const child = spawn('/bin/sh', [directory.script, directory.path, ...command], {
      cwd: directory.path,
      env: engineEnvironment(spec, directory.path),
      detached: true, // own session and group: it survives the agent and is stopped as a whole
      stdio: 'ignore',
    });
    try {
      await once(child, 'spawn');
    } catch (error) {
      throw new DriverError('start', `the engine could not be started: ${(error as Error).message}`);
    }
    child.unref();
  }

  /** Leaves key and log alone, takes away what says that an engine ran. */
  async #clear(name: string): Promise<void> {
    await this.stop(name, 0);
    for (const file of ['pid', 'exit', 'labels.json']) await rm(join(this.#directory(name).path, file), { force: true });
  }

  /** Only once the wrapper has written who it is: ended before that, nobody could tell later that it ran. */
  async #started(name: string): Promise<EngineRecord | undefined> {
    if ((await this.#directory(name).identity()) === undefined) return undefined;
    return this.#record(name);
  }

  async #record(name: string): Promise<EngineRecord | undefined> {
    const directory = this.#directory(name);
    const labels = await directory.labels();
    if (labels?.clusterId !== this.clusterId) return undefined;
    const identity = await this.#identity(name);
    const boot = await bootId();
    const running = identity !== undefined && (await isAlive(identity, boot));
    const exitCode = running ? undefined : await directory.exitCode();
    // Ended with the machine: nobody saw how, so it counts as gone and not as an exit of its own.
    const ended = exitCode !== undefined || identity?.bootId === boot;
    const { instanceId, generation, engine, specSha256, port } = labels;
    return {
      name, instanceId, generation, engine, specSha256, exitCode,
      handle: identity?.bootId === boot ? String(identity.pid) : '',
      state: running ? 'running' : ended ? 'exited' : 'created',
      oomKilled: false,
      endpoint: running ? { host: '127.0.0.1', port } : undefined,
    };
  }

  async #identity(name: string): Promise<ProcessIdentity | undefined> {
    const directory = this.#directory(name);
    return (await directory.identity()) ?? (await findByArgument(directory.script));
  }

  async #goneWithin(identity: ProcessIdentity, ms: number): Promise<boolean> {
    const boot = await bootId();
    try {
      await waitFor(async () => !(await isAlive(identity, boot)), { what: 'end of the process', timeoutMs: ms, everyMs: 20 });
      return true;
    } catch {
      return false; // the caller goes on with force
    }
  }

  async #names(): Promise<string[]> {
    try {
      return (await readdir(this.root)).filter((name) => parseEngineName(name) !== undefined);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  #directory(name: string): InstanceDirectory {
    return new InstanceDirectory(join(this.root, name));
  }

  #log(name: string): LogFile {
    const log = this.#logs.get(name) ?? new LogFile(this.#directory(name).log);
    this.#logs.set(name, log);
    return log;
  }

  #privileges(): Promise<readonly string[]> {
    this.#prefix ??= privilegePrefix();
    return this.#prefix;
  }
}

/** What a dead wrapper left of its group, each checked to be ours: the number may belong to a stranger by now. */
async function killStragglers(groupId: number, directory: string): Promise<void> {
  for (const pid of await membersOfGroup(groupId, `HOME=${directory}`)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
