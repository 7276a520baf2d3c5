/** One wanted instance: its place in the service, the nodes it may run on (empty: any), and cards a person chose. */
export interface ServiceSlot {
  readonly slot: number;
  readonly nodeIds: readonly string[];
  readonly cards?: readonly { readonly nodeId: string; readonly gpuUuids: readonly string[] }[];
}

export const MOST_INSTANCES = 64;

/** The slots with one more, at the lowest place that is free. */
export function withSlot(slots: readonly ServiceSlot[], place: Omit<ServiceSlot, 'slot'>): ServiceSlot[] {
  const used = new Set(slots.map(({ slot }) => slot));
  const free = Array.from({ length: slots.length + 1 }, (_, slot) => slot).find((slot) => !used.has(slot)) ?? slots.length;
  return [...slots, { ...place, slot: free }];
}

/** Exactly `count` slots: the last ones go first, new ones run anywhere. */
export function resized(slots: readonly ServiceSlot[], count: number): ServiceSlot[] {
  let result = slots.slice(0, count);
  while (result.length < count) result = withSlot(result, { nodeIds: [] });
  return result;
}

/** What is wanted now: nothing while it is stopped, what scaling says while it scales, otherwise what a person said. */
export function effectiveSlots({ slots, stoppedAt, scaling, scaledTo }: { slots: readonly ServiceSlot[]; stoppedAt: number | null; scaling: object | null; scaledTo: number | null }): readonly ServiceSlot[] {
  if (stoppedAt !== null) return [];
  return scaling === null || scaledTo === null ? slots : resized(slots, scaledTo);
}
