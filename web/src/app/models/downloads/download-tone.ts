import type { Download } from '../../api';
import type { Tone } from '../../ui-kit';

export const downloadTone: Readonly<Record<Download['state'], Tone>> = { queued: 'idle', active: 'busy', waiting: 'warn', paused: 'warn', failed: 'bad', done: 'ok', cancelled: 'idle' };
