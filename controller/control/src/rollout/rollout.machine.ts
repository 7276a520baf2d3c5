/**
 * waiting → ordered (fetches, checks) → switching (the new agent is on trial) → upgraded | refused | returned | lost;
 * waiting → away: not connected when the rest was done, left out.
 */
export type RolloutNodeState = 'waiting' | 'ordered' | 'switching' | 'upgraded' | 'refused' | 'returned' | 'lost' | 'away';

export interface RolloutNode {
  readonly nodeId: string;
  readonly nodeName: string;
  readonly state: RolloutNodeState;
  /** Since its last word, in milliseconds. */
  readonly sinceMs: number;
  readonly message: string;
  readonly connected: boolean;
}

/** What an agent said of an upgrade, or what its session shows. */
export type RolloutWord = 'fetching' | 'switching' | 'running' | 'refused' | 'returned';

export type RolloutAction =
  | { readonly kind: 'order'; readonly nodeIds: readonly string[] }
  | { readonly kind: 'leave-out'; readonly nodeIds: readonly string[] }
  | { readonly kind: 'lose'; readonly nodeId: string; readonly why: string }
  | { readonly kind: 'fail'; readonly failure: string }
  | { readonly kind: 'succeed' }
  | { readonly kind: 'wait' };

export interface RolloutLimits {
  readonly batch: number;
  /** The agent takes an upgrade back by itself after so long without a session. */
  readonly gateMs: number;
}

/** Without a word for so long a node that fetches is given up. */
const FETCHING_MS = 30 * 60_000;
/** For the return itself: the old agent must start and connect. */
const RETURN_MS = 60_000;

const BAD: readonly RolloutNodeState[] = ['refused', 'returned', 'lost'];
const UNDER_WAY: readonly RolloutNodeState[] = ['ordered', 'switching'];
const FORWARD: readonly RolloutNodeState[] = ['waiting', 'ordered', 'switching', 'upgraded'];

/** What a rollout does next. Nodes are in their order: the first that is connected goes alone. */
export function nextAction(nodes: readonly RolloutNode[], { batch, gateMs }: RolloutLimits): RolloutAction {
  const silent = nodes.find(({ state, sinceMs }) => (state === 'ordered' && sinceMs > FETCHING_MS) || (state === 'switching' && sinceMs > gateMs + RETURN_MS));
  if (silent) return { kind: 'lose', nodeId: silent.nodeId, why: `it was not heard again within ${Math.round((silent.state === 'ordered' ? FETCHING_MS : gateMs + RETURN_MS) / 1000)} s` };
  const underWay = nodes.filter(({ state }) => UNDER_WAY.includes(state)).length;
  const bad = nodes.find(({ state }) => BAD.includes(state));
  // Those that are under way may finish: what becomes of them is still recorded.
  if (bad) return underWay > 0 ? { kind: 'wait' } : { kind: 'fail', failure: failureOf(bad, nodes) };
  const waiting = nodes.filter(({ state }) => state === 'waiting');
  if (waiting.length === 0) return underWay > 0 ? { kind: 'wait' } : { kind: 'succeed' };
  const first = !nodes.some(({ state }) => state === 'upgraded');
  const free = (first ? 1 : batch) - underWay;
  const ready = waiting.filter(({ connected }) => connected).slice(0, Math.max(0, free));
  if (ready.length > 0) return { kind: 'order', nodeIds: ready.map(({ nodeId }) => nodeId) };
  if (underWay > 0) return { kind: 'wait' };
  return { kind: 'leave-out', nodeIds: waiting.map(({ nodeId }) => nodeId) };
}

/** The state after a word of the agent; undefined when the word changes nothing. Only forward. */
export function afterWord(state: RolloutNodeState, word: RolloutWord): RolloutNodeState | undefined {
  if (!UNDER_WAY.includes(state) && !(state === 'lost' && word !== 'fetching')) return undefined;
  if (word === 'refused' || word === 'returned') return word;
  const next = { fetching: 'ordered', switching: 'switching', running: 'upgraded' } as const;
  return FORWARD.indexOf(next[word]) >= FORWARD.indexOf(state) || state === 'lost' ? next[word] : undefined;
}

function failureOf(bad: RolloutNode, nodes: readonly RolloutNode[]): string {
  const left = nodes.filter(({ state }) => state === 'waiting').length;
  const what = { refused: 'refused the upgrade', returned: 'returned to its old agent', lost: 'did not come back' }[bad.state as 'refused' | 'returned' | 'lost'];
  return `${bad.nodeName} ${what}: ${bad.message}${left > 0 ? `. ${left} more ${left === 1 ? 'node was' : 'nodes were'} left alone` : ''}`;
}
