/** One instance that is still on a node that is being emptied. */
export interface DrainInstance {
  readonly id: string;
  readonly label: string;
  /** Asked to leave already, and on its way. */
  readonly leaving: boolean;
  readonly stopping: boolean;
}

export interface DrainFacts {
  readonly instances: readonly DrainInstance[];
  /** Why an instance has no other place, by its id, as far as it was looked for in this turn. */
  readonly noPlace: ReadonlyMap<string, string>;
  readonly force: boolean;
  readonly cautious: boolean;
}

export type DrainAction =
  | { readonly kind: 'wait'; readonly because: string }
  /** Look for a place for it: the answer belongs into `noPlace` unless there is one. */
  | { readonly kind: 'leave'; readonly instanceId: string }
  | { readonly kind: 'stop'; readonly instanceId: string }
  | { readonly kind: 'done'; readonly stuck: readonly string[] };

/**
 * The next step of a drain: one instance at a time, and only into a place that is there. What fits nowhere stays, or is
 * stopped last when forced. Pure.
 */
export function planDrain({ instances, noPlace, force, cautious }: DrainFacts): DrainAction {
  if (instances.length === 0) return { kind: 'done', stuck: [] };
  const stopping = instances.find((instance) => instance.stopping);
  if (stopping) return { kind: 'wait', because: `${stopping.label} stops` };
  const here = instances;
  if (cautious) return { kind: 'wait', because: 'the controller is not sure which nodes are there' };
  const moving = here.find(({ leaving, id }) => leaving && !noPlace.has(id));
  if (moving) return { kind: 'wait', because: `${moving.label} moves` };
  const next = here.find(({ id }) => !noPlace.has(id));
  if (next) return { kind: 'leave', instanceId: next.id };
  const [first] = here;
  if (force && first) return { kind: 'stop', instanceId: first.id };
  return { kind: 'done', stuck: here.map(({ id, label }) => `${label}: ${noPlace.get(id) ?? ''}`) };
}
