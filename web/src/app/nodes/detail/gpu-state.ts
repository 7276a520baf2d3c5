import type { Gpu } from '../../api';
import type { Tone } from '../../ui-kit';

/** How a card is, for its tag: a tone and a translation key. */
export function gpuState({ health, quarantine }: Pick<Gpu, 'health' | 'quarantine'>): { readonly tone: Tone; readonly key: string } {
  if (quarantine) return { tone: 'warn', key: 'nodes.gpu.quarantined' };
  if (health === 'ok' || health === '') return { tone: 'ok', key: 'nodes.gpu.health.ok' };
  if (health === 'unknown') return { tone: 'idle', key: 'nodes.gpu.health.unknown' };
  const known = ['lost', 'error', 'hot', 'ecc', 'xid', 'mig'].includes(health);
  return { tone: health === 'hot' || health === 'mig' ? 'warn' : 'bad', key: known ? `nodes.gpu.health.${health}` : 'nodes.gpu.health.error' };
}

/** Part of a whole in percent; null when either is not known. */
export function percentOf(part: number | null, whole: number | null): number | null {
  return part === null || whole === null || whole <= 0 ? null : Math.min(100, Math.round((part / whole) * 100));
}
