/** What a node is made of, as it last told. */
export interface NodeInventory {
  readonly hostname: string;
  readonly os: string;
  readonly kernel: string;
  readonly arch: string;
  readonly cpuModel: string;
  readonly cpuCores: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly machineId: string;
  readonly bootId: string;
  readonly gpus: readonly { readonly index: number; readonly uuid: string; readonly name: string; readonly memoryBytes: number }[];
  readonly drivers: readonly { readonly name: string; readonly available: boolean; readonly version: string; readonly message: string }[];
  readonly engines: readonly { readonly engine: string; readonly driver: string; readonly version: string }[];
  readonly gpuError: string | null;
}

/** One sample of a node; unknown numbers are null. */
export interface NodeSample {
  readonly at: number;
  readonly cpuRatio: number | null;
  readonly memoryUsedBytes: number | null;
  readonly diskUsedBytes: number | null;
  readonly load1: number | null;
  readonly gpus: readonly {
    readonly uuid: string;
    readonly memoryUsedBytes: number | null;
    readonly utilisationRatio: number | null;
    readonly temperatureCelsius: number | null;
    readonly powerWatts: number | null;
    readonly health: string;
  }[];
}
