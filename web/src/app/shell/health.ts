import type { Overview } from '../api';
import type { Tone } from '../ui-kit';

export interface Health {
  readonly tone: Tone;
  /** Translation keys with their numbers, joined by a dot on screen. */
  readonly parts: readonly { readonly key: string; readonly count: number }[];
}

/** The cluster in one pill: what is wrong first, and only when nothing is, how much there is. */
export function healthOf({ nodes, gpus, services }: Overview): Health {
  const bad = [
    { key: 'shell.health.unreachable', count: nodes.unreachable },
    { key: 'shell.health.failed', count: services.failed },
  ].filter(({ count }) => count > 0);
  const warn = [
    { key: 'shell.health.suspect', count: nodes.suspect },
    { key: 'shell.health.degraded', count: services.degraded },
  ].filter(({ count }) => count > 0);
  if (bad.length + warn.length > 0) return { tone: bad.length > 0 ? 'bad' : 'warn', parts: [...bad, ...warn] };
  const size = [
    { key: 'shell.health.nodes', count: nodes.total },
    { key: 'shell.health.gpus', count: gpus.total },
  ].filter(({ count }, index) => index === 0 || count > 0);
  return { tone: nodes.total === 0 ? 'idle' : 'ok', parts: nodes.total === 0 ? size : [...size, { key: 'shell.health.well', count: 0 }] };
}
