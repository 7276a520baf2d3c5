/** The parts of REST answers that journeys look at; the contract itself is controller/control/openapi.json. */
export interface NodeView {
  readonly id: string;
  readonly name: string;
  readonly state: 'joining' | 'healthy' | 'suspect' | 'unreachable' | 'removed';
  readonly inventory: { readonly drivers: readonly { readonly name: string; readonly available: boolean; readonly message: string }[] } | null;
  readonly metrics: { readonly cpuRatio: number | null; readonly memoryUsedBytes: number | null } | null;
  readonly orphanCount: number;
  readonly instanceCount: number;
}

export interface ModelView {
  readonly id: string;
  readonly name: string;
  readonly state: 'importing' | 'ready' | 'failed' | 'deleting';
  readonly failure: string | null;
}

export interface InstanceView {
  readonly id: string;
  readonly nodeId: string | null;
  readonly slot: number;
  readonly state: string;
  readonly desired: 'run' | 'stop';
  readonly ready: boolean;
  readonly unknown: boolean;
  readonly phase: string;
  readonly percent: number;
  readonly message: string;
  readonly reason: string;
  readonly handle: string;
  readonly health: string;
  readonly members: readonly { readonly rank: number; readonly nodeId: string; readonly nodeName: string; readonly state: string; readonly phase: string; readonly gpuIndexes: readonly number[] }[];
}

export interface ServiceView {
  readonly id: string;
  readonly name: string;
  readonly state: 'deploying' | 'ready' | 'degraded' | 'failed' | 'stopped' | 'deleting';
  readonly percent: number | null;
  readonly phase: string;
  readonly message: string;
  readonly readyInstances: number;
  readonly wantedInstances: number;
  readonly instances: readonly InstanceView[];
}

export interface UserView {
  readonly id: string;
  readonly username: string;
}

export interface KeyView {
  readonly id: string;
  readonly lastFour: string;
}

export interface CallView {
  readonly id: string;
  readonly username: string | null;
  readonly model: string;
  readonly path: string;
  readonly stream: boolean;
  readonly status: number;
  readonly outcome: string;
  readonly durationMs: number;
  readonly ttftMs: number | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly totalTokens: number | null;
  readonly tokensPerSecond: number | null;
}
