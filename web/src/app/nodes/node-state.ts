import type { Instance, Node } from '../api';
import type { Tone } from '../ui-kit';

export const nodeTone: Readonly<Record<Node['state'], Tone>> = {
  joining: 'busy', healthy: 'ok', suspect: 'warn', unreachable: 'bad', removed: 'idle',
};

export const instanceTone: Readonly<Record<Instance['state'], Tone>> = {
  pending: 'idle', assigned: 'busy', preparing: 'busy', starting: 'busy', loading: 'busy', running: 'ok', stopped: 'idle', failed: 'bad',
};

/** Why a node's numbers are missing, as a translation key. */
export function whyUnknown({ state }: Pick<Node, 'state'>): string {
  if (state === 'joining') return 'nodes.unknown.joining';
  return state === 'healthy' ? 'nodes.unknown.noSample' : 'nodes.unknown.silent';
}
