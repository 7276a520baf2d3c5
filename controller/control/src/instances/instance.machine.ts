/**
 * Life of one instance, forward only and one-shot (a failed one is replaced in its slot by a new one):
 *
 *   pending → assigned → preparing → starting → loading → running → stopped | failed
 *
 * Ready is a condition beside the state; "unknown" is a property of our knowledge, not of the instance.
 */
export const instanceStates = ['pending', 'assigned', 'preparing', 'starting', 'loading', 'running', 'stopped', 'failed'] as const;
export type InstanceState = (typeof instanceStates)[number];

/** Who may move an instance: the scheduler binds, the agent reports, control ends what no agent will report on. */
export type InstanceOwner = 'scheduler' | 'agent' | 'control';

type Transitions = Readonly<Partial<Record<InstanceState, readonly InstanceState[]>>>;

/** An agent sends only its newest status, so it may skip states on the way forward. */
const transitions: Readonly<Record<InstanceOwner, Transitions>> = {
  scheduler: { pending: ['assigned'] },
  agent: {
    assigned: ['preparing', 'starting', 'loading', 'running', 'stopped', 'failed'],
    preparing: ['starting', 'loading', 'running', 'stopped', 'failed'],
    starting: ['loading', 'running', 'stopped', 'failed'],
    loading: ['running', 'stopped', 'failed'],
    running: ['stopped', 'failed'],
  },
  control: {
    pending: ['stopped', 'failed'],
    assigned: ['failed'],
    preparing: ['failed'],
    starting: ['failed'],
    loading: ['failed'],
    running: ['failed'],
  },
};

export function mayMove(owner: InstanceOwner, from: InstanceState, to: InstanceState): boolean {
  return transitions[owner][from]?.includes(to) ?? false;
}

/** No way leads out of an ended state. */
export function isEnded(state: InstanceState): boolean {
  return state === 'stopped' || state === 'failed';
}

/** Bound to a node and holding its memory there. */
export function holdsResources(state: InstanceState): boolean {
  return state !== 'pending' && !isEnded(state);
}
