import type { Departure } from './departure.machine.js';

/**
 * Whether a node takes instances. A person decides; a drain that ends holds the node in maintenance.
 *
 *   active → maintenance | draining → maintenance → active
 */
export type NodeAvailability = 'active' | 'draining' | 'maintenance';

interface Availability {
  readonly availability: NodeAvailability;
  readonly availabilityReason: string;
  readonly departure: Pick<Departure, 'kind'> | null;
}

/** Why nothing new is placed on the node, as a continuation of its name; undefined while it takes instances. */
export function unavailableBecause({ availability, availabilityReason, departure }: Availability): string | undefined {
  if (departure?.kind === 'remove') return 'is being removed';
  if (availability === 'active') return undefined;
  const why = availabilityReason === '' ? '' : ` (${availabilityReason})`;
  return availability === 'draining' ? `is being drained${why}` : `is in maintenance${why}`;
}
