import type { Operation } from '../api';
import type { Tone } from '../ui-kit';

export const operationTone: Readonly<Record<Operation['state'], Tone>> = {
  queued: 'idle', running: 'busy', waiting: 'warn', paused: 'idle', succeeded: 'ok', failed: 'bad', cancelled: 'idle',
};

/** True while it may still move: running, or until a person or a place lets it go on. */
export function isOpen({ state }: Pick<Operation, 'state'>): boolean {
  return state === 'queued' || state === 'running' || state === 'waiting' || state === 'paused';
}
