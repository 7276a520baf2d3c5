import type { Instance, Node } from '../api';
import type { Tone } from '../ui-kit';

export const nodeTone: Readonly<Record<Node['state'], Tone>> = {
  joining: 'busy', healthy: 'ok', suspect: 'warn', unreachable: 'bad', removed: 'idle',
};

export const availabilityTone: Readonly<Record<Node['availability'], Tone>> = { active: 'ok', draining: 'busy', maintenance: 'warn' };

export const instanceTone: Readonly<Record<Instance['state'], Tone>> = {
  pending: 'idle', assigned: 'busy', preparing: 'busy', starting: 'busy', loading: 'busy', running: 'ok', stopped: 'idle', failed: 'bad',
};

/** Why a node's numbers are missing, as a translation key. */
export function whyUnknown({ state }: Pick<Node, 'state'>): string {
  if (state === 'joining') return 'nodes.unknown.joining';
  return state === 'healthy' ? 'nodes.unknown.noSample' : 'nodes.unknown.silent';
}

/** What a node being added shows as its state: a job that failed or waits is not "joining". */
export function shownState({ state, operation }: Pick<Node, 'state' | 'operation'>): { readonly key: string; readonly tone: Tone } {
  if (state === 'joining' && operation?.kind === 'add-node') {
    if (operation.state === 'failed') return { key: 'nodes.state.addFailed', tone: 'bad' };
    if (operation.state === 'waiting') return { key: 'nodes.state.addWaiting', tone: 'warn' };
  }
  return { key: `nodes.state.${state}`, tone: nodeTone[state] };
}
