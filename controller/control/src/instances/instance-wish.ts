import type { z } from 'zod';
import type { engineId } from '../engines/engines.schema.js';

/** How an instance is to be started, taken over from its service when it was created. */
export interface InstanceWish {
  readonly mode: 'single' | 'distributed' | 'cpu';
  readonly engine: z.infer<typeof engineId>;
  readonly parameters: string;
  readonly contextLength: number;
  readonly parallel: number;
  /** Interface by name that members of a group talk over; absent: the one of the node's address. */
  readonly networkInterface?: string | null;
}
