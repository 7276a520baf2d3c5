/**
 * How a node is emptied and taken out. Kept in the node's row, so that a restart of the controller goes on where it was:
 *
 *   drain     moving → (the node stays, in maintenance)
 *   removal   moving (when asked) → ordering (the agent cleans up) → closing (certificate revoked, row gone)
 */
export interface Departure {
  readonly operationId: string;
  readonly kind: 'drain' | 'remove';
  readonly by: string;
  readonly force: boolean;
  readonly stage: 'moving' | 'ordering' | 'closing';
  /** When the stage began, Unix milliseconds. */
  readonly since: number;
  /** Newest word of the agent in `ordering`. */
  readonly heardAt: number | null;
  readonly orders: RemovalOrders;
  readonly steps: readonly RemovalStep[];
  /** The agent said that it is done. */
  readonly agentFinished: boolean;
}

export interface RemovalOrders {
  readonly removeEngines: boolean;
  readonly removeCaches: boolean;
  readonly removeAgent: boolean;
}

export interface RemovalStep {
  readonly step: RemovalStepId;
  readonly done: boolean;
  readonly message: string;
}

export const removalSteps = ['engines', 'containers', 'caches', 'agent'] as const;
export type RemovalStepId = (typeof removalSteps)[number];

/** An agent that is away when it should get the order is waited for so long: it may be reconnecting. */
export const AWAY_PATIENCE_MS = 15_000;
/** A connected agent that does not answer the order at all (an older one does not know it). */
export const FIRST_WORD_MS = 30_000;
/** … and one that began and then says nothing more: deleting large caches takes a while. */
export const NEXT_WORD_MS = 180_000;

export type OrderingTurn =
  | { readonly kind: 'order' }
  | { readonly kind: 'wait'; readonly ms: number }
  /** `missing` says why the agent could not be asked or did not finish; '' when it did. */
  | { readonly kind: 'close'; readonly missing: string };

export interface OrderingFacts {
  readonly connected: boolean;
  /** The order went out over the session that lives now. */
  readonly ordered: boolean;
  readonly unreachable: boolean;
}

/** What is next while the agent is to clean up. Pure. */
export function orderingTurn({ since, heardAt, agentFinished }: Departure, { connected, ordered, unreachable }: OrderingFacts, now: number): OrderingTurn {
  if (agentFinished) return { kind: 'close', missing: '' };
  const last = heardAt ?? since;
  if (!connected) {
    if (unreachable || now - last >= AWAY_PATIENCE_MS) return { kind: 'close', missing: heardAt === null ? 'the server was not reachable' : 'the server fell silent' };
    return { kind: 'wait', ms: AWAY_PATIENCE_MS - (now - last) };
  }
  const patience = heardAt === null ? FIRST_WORD_MS : NEXT_WORD_MS;
  if (now - last >= patience) return { kind: 'close', missing: `the agent did not answer within ${patience / 1000} s` };
  return ordered ? { kind: 'wait', ms: patience - (now - last) } : { kind: 'order' };
}

/** What stays on a server that could not be asked to clean up, for people. */
export function leftBehind(step: RemovalStepId, { removeEngines, removeCaches, removeAgent }: RemovalOrders): string {
  switch (step) {
    case 'engines':
      return removeEngines ? 'engines that run there go on until somebody stops them' : 'not asked for: engines go on, no longer managed';
    case 'containers':
      return removeEngines ? 'containers of engines stay there' : 'not asked for: containers stay';
    case 'caches':
      return removeCaches ? 'cached model files stay on its disk' : 'not asked for: cached model files stay on its disk';
    case 'agent':
      return removeAgent ? 'the agent, its identity and its unit stay there; its certificate is worth nothing any more' : 'not asked for: the agent stays, without a certificate that counts';
  }
}

export function isWanted(step: RemovalStepId, { removeEngines, removeCaches, removeAgent }: RemovalOrders): boolean {
  if (step === 'caches') return removeCaches;
  return step === 'agent' ? removeAgent : removeEngines;
}
