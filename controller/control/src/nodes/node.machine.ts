/**
 * What we know about a node, from the silence on its heartbeat:
 *
 *   joining → healthy ⇄ suspect (15 s) → unreachable (45 s) → healthy …      removed is final
 *
 * Suspect and unreachable are words only: nothing is stopped or moved because of them.
 */
export const nodeStates = ['joining', 'healthy', 'suspect', 'unreachable', 'removed'] as const;
export type NodeState = (typeof nodeStates)[number];

/** Three missed heartbeats of 5 s. */
export const SUSPECT_AFTER_MS = 15_000;
export const UNREACHABLE_AFTER_MS = 45_000;
/** After its own start the controller has heard nobody: it declares nobody silent for so long. */
export const LEARNING_MS = 60_000;

export interface NodeSilence {
  readonly state: NodeState;
  /** Milliseconds since the last word of this node; undefined when it has not spoken since the controller started. */
  readonly silentMs: number | undefined;
  /** Milliseconds since the controller started. */
  readonly upMs: number;
}

/** The state the node is in now. */
export function nodeStateNow({ state, silentMs, upMs }: NodeSilence): NodeState {
  if (state === 'removed') return 'removed';
  if (silentMs === undefined) {
    if (state === 'joining' || upMs < LEARNING_MS) return state;
    return 'unreachable';
  }
  if (silentMs < SUSPECT_AFTER_MS) return 'healthy';
  if (upMs < LEARNING_MS) return state === 'joining' ? 'healthy' : state;
  return silentMs < UNREACHABLE_AFTER_MS ? 'suspect' : 'unreachable';
}

export interface NodeLoss {
  readonly state: NodeState;
  /** Milliseconds since the node got its present state. */
  readonly sinceMs: number;
}

/** How long the brake holds at most while most nodes stay away: what is away then is really away. */
export const BRAKE_HOLD_MS = 15 * 60_000;

/**
 * True when at least three nodes, and more than half of all, fell silent within one minute: then the fault is probably
 * ours, and decisions that cannot be undone wait. Once engaged it holds while more than half are silent, for a quarter of an
 * hour at most.
 * @param engagedMs for how long it is engaged already; undefined when it is not
 */
export function brakeEngaged(nodes: readonly NodeLoss[], engagedMs?: number): boolean {
  const members = nodes.filter((node) => node.state !== 'removed' && node.state !== 'joining');
  const silent = members.filter((node) => node.state === 'suspect' || node.state === 'unreachable');
  const many = (lost: number) => lost * 2 > members.length;
  const fresh = silent.filter(({ sinceMs }) => sinceMs <= 60_000).length;
  return (fresh >= 3 && many(fresh)) || (engagedMs !== undefined && engagedMs < BRAKE_HOLD_MS && many(silent.length));
}
