import type { z } from 'zod';
import type { engineId } from '../engines/engines.schema.js';

/** How an instance is to be started, taken over from its service when it was created. */
export interface InstanceWish {
  readonly mode: 'single' | 'distributed' | 'cpu';
  readonly engine: z.infer<typeof engineId>;
  readonly parameters: string;
  readonly contextLength: number;
  readonly parallel: number;
  /** Interface by name that members of a distributed instance talk over; null: the one of the node's address. */
  readonly networkInterface?: string | null;
  /** Cards by node that a person chose for this place; not part of how the service runs. */
  readonly cards?: readonly { readonly nodeId: string; readonly gpuUuids: readonly string[] }[];
}

/** True when both start the same engine in the same way, wherever that is. */
export function sameWish(one: InstanceWish, other: InstanceWish): boolean {
  return (
    one.mode === other.mode && one.engine === other.engine && one.parameters === other.parameters && one.contextLength === other.contextLength &&
    one.parallel === other.parallel && (one.networkInterface ?? null) === (other.networkInterface ?? null)
  );
}
