import type { Hub, HubFile } from '../../hubs/index.js';
import type { ByteBudget } from './byte-budget.js';

export interface FetchOptions {
  readonly hub: Hub;
  readonly repository: string;
  readonly revision: string;
  readonly files: readonly HubFile[];
  /** Work directory; made when it is not there. */
  readonly directory: string;
  readonly connections: number;
  readonly budget: ByteBudget;
  readonly stallMs: number;
  readonly log: (line: string, error?: boolean) => void;
}

export interface FetchState {
  /** Here: on the disk, or about to be. */
  readonly bytesDone: number;
  /** Came over the network in this run. */
  readonly bytesFetched: number;
  readonly phase: 'fetching' | 'checking';
}
