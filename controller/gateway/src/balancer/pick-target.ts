import type { Target } from '@openstation/proto';

export interface LoadView {
  /** Calls in progress on an instance. */
  outstanding(instanceId: string): number;
  /** The instance failed a connection a moment ago; it is used only when no other is left. */
  suspect(instanceId: string): boolean;
}

/**
 * Least outstanding calls first; ties rotate with `turn`, so that equal instances share equally.
 * `exclude` names instances already tried for this call. Undefined when none is left.
 */
export function pickTarget(targets: readonly Target[], load: LoadView, exclude: ReadonlySet<string>, turn: number): Target | undefined {
  let best: Target | undefined;
  let bestLoad = Infinity;
  for (let i = 0; i < targets.length; i++) {
    const target = targets[(turn + i) % targets.length];
    if (!target || exclude.has(target.instanceId)) continue;
    const weight = load.outstanding(target.instanceId) + (load.suspect(target.instanceId) ? SUSPECT_PENALTY : 0);
    if (weight < bestLoad) {
      best = target;
      bestLoad = weight;
    }
  }
  return best;
}

/** Above any real number of calls on one instance. */
const SUSPECT_PENALTY = 1_000_000;
