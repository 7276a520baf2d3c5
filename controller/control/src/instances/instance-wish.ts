import type { z } from 'zod';
import type { engineId } from '../engines/engines.schema.js';

/** How an instance is to be started, taken over from its service when it was created. */
export interface InstanceWish {
  readonly mode: 'single' | 'distributed' | 'cpu';
  readonly engine: z.infer<typeof engineId>;
  readonly parameters: string;
  readonly contextLength: number;
  readonly parallel: number;
}
