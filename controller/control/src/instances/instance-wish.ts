import type { EngineId } from '../engines/index.js';

/** How an instance is to be started, taken over from its service when it was created. */
export interface InstanceWish {
  readonly mode: 'single' | 'distributed' | 'cpu';
  readonly engine: EngineId;
  readonly parameters: string;
  readonly contextLength: number;
  readonly parallel: number;
}
