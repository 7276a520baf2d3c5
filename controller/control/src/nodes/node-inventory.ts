/** What a node is made of, as it last told. Fields that older agents do not tell are empty or null. */
export interface NodeInventory {
  readonly hostname: string;
  readonly os: string;
  readonly kernel: string;
  readonly arch: string;
  readonly libc: string;
  readonly cpuModel: string;
  readonly cpuCores: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly modelDiskBytes: number;
  readonly machineId: string;
  readonly bootId: string;
  /** "systemd", "watchdog", "supervisor"; '' when started by hand. */
  readonly serviceManager: string;
  readonly modelRoots: readonly string[];
  readonly disks: readonly { readonly mount: string; readonly device: string; readonly fileSystem: string; readonly bytes: number }[];
  readonly interfaces: readonly { readonly name: string; readonly addresses: string[]; readonly speedMbps: number | null; readonly up: boolean }[];
  readonly gpus: readonly NodeCardInfo[];
  readonly drivers: readonly { readonly name: string; readonly available: boolean; readonly version: string; readonly message: string }[];
  readonly engines: readonly NodeEngineInfo[];
  readonly gpuError: string | null;
}

export interface NodeEngineInfo {
  readonly engine: string;
  readonly driver: string;
  /** Of Docker: the image that the node takes by itself. */
  readonly version: string;
  /** Of Docker: repositories that the policy file permits; empty or absent where the agent does not tell. */
  readonly repositories?: readonly string[];
  /** Images beside its own only by digest. */
  readonly digestOnly?: boolean;
}

export interface NodeCardInfo {
  readonly index: number;
  readonly uuid: string;
  readonly name: string;
  readonly memoryBytes: number;
  readonly vendor: string;
  readonly driverVersion: string | null;
  readonly computeCapability: string | null;
  readonly pciAddress: string | null;
  readonly powerLimitWatts: number | null;
  readonly mig: { readonly enabled: boolean; readonly instances: readonly { readonly uuid: string; readonly name: string; readonly memoryBytes: number }[] } | null;
}

/** One sample of a node; unknown numbers are null. Rates are per second, from the counters of this sample and the one before. */
export interface NodeSample {
  readonly at: number;
  readonly cpuRatio: number | null;
  readonly memoryUsedBytes: number | null;
  readonly swapUsedBytes: number | null;
  readonly diskUsedBytes: number | null;
  readonly load1: number | null;
  readonly diskReadRate: number | null;
  readonly diskWriteRate: number | null;
  readonly networkRxRate: number | null;
  readonly networkTxRate: number | null;
  readonly disks: readonly { readonly mount: string; readonly usedBytes: number | null }[];
  readonly gpus: readonly {
    readonly uuid: string;
    readonly memoryUsedBytes: number | null;
    readonly utilisationRatio: number | null;
    readonly temperatureCelsius: number | null;
    readonly powerWatts: number | null;
    readonly health: string;
    readonly healthMessage: string;
    readonly eccUncorrected: number | null;
    readonly xid: number | null;
    readonly processes: readonly { readonly pid: number; readonly name: string; readonly memoryBytes: number | null; readonly instanceId: string | null }[];
  }[];
}

/** Counters since the node started, and how long ago the sample before was; null where the agent does not tell. */
export interface NodeCounters {
  readonly intervalMs: number;
  readonly diskRead: number | null;
  readonly diskWrite: number | null;
  readonly networkRx: number | null;
  readonly networkTx: number | null;
}

/** Growth per second. Null without a sample before, and when a counter went back (the node started again, an interface left). */
export function rateOf(before: number | null | undefined, now: number | null, intervalMs: number): number | null {
  if (before === null || before === undefined || now === null || intervalMs <= 0 || now < before) return null;
  return ((now - before) * 1000) / intervalMs;
}

/** An engine found on a node that nobody assigned. */
export interface NodeOrphan {
  readonly handle: string;
  readonly instanceId: string;
  readonly engine: string;
  readonly running: boolean;
}
