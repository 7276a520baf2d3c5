import { DriverError, type DriverFingerprint, type EngineDriver, type EngineLayout, type EnginePlace, type EngineRecord, type EngineSpec, type LogOptions, type RawLogLine } from '../driver.js';
import { engineName, specDigest } from '../engine-name.js';

/** What happens when an image is prepared: progress marks, then success or an error. */
export interface PrepareScript {
  readonly marks?: readonly number[];
  readonly error?: DriverError;
  /** Held back until this resolves. */
  readonly gate?: Promise<void>;
}

/** The drivers' twin for tests: engines in memory, every failure on demand. */
export class FakeDriver implements EngineDriver {
  readonly name = 'fake';
  readonly started: EngineSpec[] = [];
  readonly prepared: string[] = [];
  readonly #engines = new Map<string, { record: EngineRecord; lines: string[] }>();
  readonly absentImages = new Set<string>();
  prepareScript: PrepareScript = {};
  startError: DriverError | undefined;
  listError: Error | undefined;
  /** Where "engines" answer: a real server of the test, usually. */
  endpoint = { host: '127.0.0.1', port: 1 };
  startLines: readonly string[] = [];
  bytesRead: number | undefined;

  async fingerprint(): Promise<DriverFingerprint> {
    return Promise.resolve({ available: true, version: 'fake', message: '' });
  }

  layout(place: EnginePlace): EngineLayout {
    return { modelDir: place.modelDir, keyFile: place.keyFile, host: '127.0.0.1', port: place.port };
  }

  async prepare(image: string, onProgress: (ratio: number, message: string) => void, signal: AbortSignal): Promise<void> {
    this.prepared.push(image);
    for (const mark of this.prepareScript.marks ?? []) onProgress(mark, 'Downloading');
    const aborted = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));
    await Promise.race([this.prepareScript.gate ?? Promise.resolve(), aborted]);
    if (this.prepareScript.error) throw this.prepareScript.error;
  }

  async has(image: string): Promise<boolean> {
    return Promise.resolve(!this.absentImages.has(image));
  }

  async start(spec: EngineSpec): Promise<EngineRecord> {
    await Promise.resolve();
    if (this.startError) throw this.startError;
    const name = engineName(spec.instanceId, spec.generation);
    const specSha256 = specDigest(spec);
    const existing = this.#engines.get(name);
    if (existing?.record.state === 'running' && existing.record.specSha256 === specSha256) return existing.record;
    this.started.push(spec);
    const { instanceId, generation, engine } = spec;
    const record: EngineRecord = {
      name, instanceId, generation, engine, specSha256, handle: String(this.started.length), state: 'running', exitCode: undefined, oomKilled: false, endpoint: this.endpoint,
    };
    this.#engines.set(name, { record, lines: [...this.startLines] });
    return record;
  }

  async list(): Promise<EngineRecord[]> {
    await Promise.resolve();
    if (this.listError) throw this.listError;
    return [...this.#engines.values()].map((engine) => engine.record);
  }

  async stop(name: string): Promise<void> {
    await Promise.resolve();
    this.exit(name, 0);
  }

  async remove(name: string): Promise<void> {
    await Promise.resolve();
    if (this.#engines.get(name)?.record.state === 'running') throw new Error(`${name} still runs`);
    this.#engines.delete(name);
  }

  async *logs(name: string, options: LogOptions, signal: AbortSignal): AsyncGenerator<RawLogLine> {
    const lines = this.#engines.get(name)?.lines ?? [];
    const first = options.tail === 0 ? 0 : Math.max(0, lines.length - options.tail);
    for (let index = first; index < lines.length; index++) yield { number: index + 1, atMs: 0, text: Buffer.from(lines[index] ?? ''), isErrorStream: false };
    if (options.follow && !signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }

  async recentLines(name: string, count: number): Promise<string[]> {
    return Promise.resolve((this.#engines.get(name)?.lines ?? []).slice(-count));
  }

  async memoryBytes(): Promise<number | undefined> {
    return Promise.resolve(1);
  }

  async readBytes(): Promise<number | undefined> {
    return Promise.resolve(this.bytesRead);
  }

  async tidy(): Promise<void> {
    await Promise.resolve();
  }

  async dismantle(): Promise<void> {
    await Promise.resolve();
  }

  /** The engine ends by itself. */
  exit(name: string, exitCode: number, options: { oomKilled?: boolean; lines?: string[] } = {}): void {
    const engine = this.#engines.get(name);
    if (engine?.record.state !== 'running') return;
    engine.lines.push(...(options.lines ?? []));
    engine.record = { ...engine.record, state: 'exited', exitCode, oomKilled: options.oomKilled ?? false, endpoint: undefined };
  }

  /** Somebody removed it by hand, or the machine lost it in a reboot. */
  lose(name: string): void {
    this.#engines.delete(name);
  }
}
