/**
 * A way to run engines. All verbs are idempotent and addressed by a name made from instance and generation,
 * so an agent that lost its memory finds what it started:
 *
 *   prepare → start → (running) → stop → remove
 */
export interface EngineDriver {
  readonly name: 'process' | 'docker' | 'fake';
  fingerprint(): Promise<DriverFingerprint>;
  /** How the engine will see its files and where it must listen. */
  layout(place: EnginePlace): EngineLayout;
  /** Makes the image present. Progress 0..1. Resolves at once where there is nothing to fetch. @throws DriverError */
  prepare(image: string, onProgress: (ratio: number, message: string) => void, signal: AbortSignal): Promise<void>;
  /** Whether the image is here already: nothing is fetched. @throws DriverError when it is, but is refused */
  has(image: string): Promise<boolean>;
  /** Starts the engine, or adopts the one of the same name and specification. @throws DriverError */
  start(spec: EngineSpec): Promise<EngineRecord>;
  /** Everything of this cluster that runs or ran here. @throws when the truth cannot be known right now */
  list(): Promise<EngineRecord[]>;
  /** Ends the engine: politely, then after `graceMs` by force. Resolves when it is gone; unknown names are fine. */
  stop(name: string, graceMs: number): Promise<void>;
  /** Removes what is left of a stopped engine, its log included; unknown names are fine. */
  remove(name: string): Promise<void>;
  /** Raw log lines, oldest first; ends by itself unless `follow`. */
  logs(name: string, options: LogOptions, signal: AbortSignal): AsyncIterable<RawLogLine>;
  /** The newest lines as text, for reading progress and causes; cheap, without numbers. */
  recentLines(name: string, count: number): Promise<string[]>;
  memoryBytes(record: EngineRecord): Promise<number | undefined>;
  /** Bytes the engine has read from files so far: what grows while weights are loaded. Undefined where nobody counts. */
  readBytes(record: EngineRecord): Promise<number | undefined>;
  /** Keeps logs inside their cap; called every second. */
  tidy(): Promise<void>;
  /** Takes away what the driver itself made for this cluster, after its last engine was removed. */
  dismantle(): Promise<void>;
}

export interface DriverFingerprint {
  readonly available: boolean;
  readonly version: string;
  /** Why not, when not available. */
  readonly message: string;
}

export interface EnginePlace {
  readonly modelDir: string;
  readonly keyFile: string;
  readonly port: number;
  readonly distributed: boolean;
}

export interface EngineLayout {
  readonly modelDir: string;
  readonly keyFile: string;
  readonly host: string;
  readonly port: number;
}

/** Everything a driver needs to start one engine; built by the runner from intent and policy. */
export interface EngineSpec {
  readonly instanceId: string;
  readonly generation: number;
  readonly engine: string;
  readonly image: string;
  readonly commandLine: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly place: EnginePlace;
  readonly readPaths: readonly string[];
  readonly gpuUuids: readonly string[];
  readonly shmBytes: number;
  readonly memoryLimitBytes: number;
  readonly cpuCores: number;
}

export interface EngineRecord {
  readonly name: string;
  /** Container or process id. */
  readonly handle: string;
  readonly instanceId: string;
  readonly generation: number;
  readonly engine: string;
  readonly specSha256: string;
  /** `created`: its place is there, but no process of it, not in this boot of the machine. */
  readonly state: 'created' | 'running' | 'exited';
  readonly exitCode: number | undefined;
  readonly oomKilled: boolean;
  /** Where the agent reaches it while it runs. */
  readonly endpoint: { readonly host: string; readonly port: number } | undefined;
}

export interface LogOptions {
  /** Last lines wanted; 0: everything. */
  readonly tail: number;
  readonly follow: boolean;
}

export interface RawLogLine {
  readonly number: number;
  /** 0 when unknown. */
  readonly atMs: number;
  readonly text: Buffer;
  readonly isErrorStream: boolean;
}

/** `reason` is the machine-readable cause of an instance's failure. */
export class DriverError extends Error {
  constructor(readonly reason: 'image-pull' | 'start' | 'host-memory' | 'gpu-driver' | 'port', message: string) {
    super(message);
  }
}
