import type { Call } from '../api';
import type { Tone } from '../ui-kit';

export const outcomes = ['ok', 'client_abort', 'upstream_error', 'truncated', 'timeout', 'rejected'] as const satisfies readonly Call['outcome'][];

export const outcomeTone: Readonly<Record<Call['outcome'], Tone>> = {
  ok: 'ok', client_abort: 'idle', upstream_error: 'bad', truncated: 'warn', timeout: 'bad', rejected: 'warn',
};
