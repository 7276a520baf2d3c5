/** The parts of the controller's answers that are used here; the whole contract is its OpenAPI document. */
export interface Node {
  readonly id: string;
  readonly name: string;
  readonly type: 'gpu' | 'cpu';
  readonly state: string;
  readonly agentVersion: string | null;
  readonly lastSeenAt: string | null;
  readonly instanceCount: number;
}

export interface Model {
  readonly id: string;
  readonly name: string;
  readonly state: 'importing' | 'ready' | 'failed' | 'deleting';
  readonly bytes: number;
  readonly sourcePath: string | null;
  readonly failure: string | null;
}

export interface Operation {
  readonly id: string;
  readonly state: string;
}

export interface Instance {
  readonly id: string;
  readonly nodeName: string | null;
  readonly state: string;
  readonly ready: boolean;
  readonly message: string;
  readonly reason: string;
}

export interface Service {
  readonly id: string;
  readonly name: string;
  readonly modelId: string;
  readonly modelName: string;
  readonly engine: string;
  readonly wantedInstances: number;
  readonly readyInstances: number;
  readonly state: 'deploying' | 'ready' | 'degraded' | 'failed' | 'stopped' | 'deleting';
  readonly percent: number | null;
  readonly phase: string;
  readonly message: string;
  readonly instances: readonly Instance[];
}

export interface ServiceWish {
  readonly name: string;
  readonly modelId: string;
  readonly mode?: 'single' | 'cpu';
  readonly engine?: string;
  readonly parallel?: number;
  /** Where the first instance may run; absent: anywhere. */
  readonly nodeIds?: readonly string[];
}

export interface User {
  readonly id: string;
  readonly username: string;
  readonly builtIn: boolean;
}

export interface ApiKey {
  readonly id: string;
  readonly label: string;
  readonly revokedAt: string | null;
}

export interface CreatedKey {
  readonly key: ApiKey;
  readonly secret: string;
}
