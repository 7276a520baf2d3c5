import type { NodeEvent } from '../../api';
import { formatBytes, formatDuration, formatNumber, type Tone } from '../../ui-kit';

export const severityTone: Readonly<Record<NodeEvent['severity'], Tone>> = { info: 'idle', warning: 'warn', error: 'bad' };

/** The numbers of an event, as `silent 48 s`: names as they came, units by what the names end in. Ids and nested things are left out. */
export function detailWords(details: NodeEvent['details'], language: 'zh' | 'en'): readonly string[] {
  return Object.entries(details).flatMap(([name, value]) => {
    if (typeof value === 'number') return [`${readable(name)} ${numberWords(name, value, language)}`];
    return typeof value === 'string' && value !== '' && value.length <= 60 && !/(^u?u?id$|Id$)/.test(name) ? [`${readable(name)} ${value}`] : [];
  });
}

function numberWords(name: string, value: number, language: 'zh' | 'en'): string {
  if (name.endsWith('Bytes')) return formatBytes(value);
  if (name.endsWith('Ms')) return formatDuration(value, language).replace('.00', '');
  if (name.endsWith('Seconds')) return formatDuration(value * 1000, language).replace('.00', '');
  return formatNumber(value, Number.isInteger(value) ? 0 : 2, language);
}

/** `freeBytes` → `free`, `silentSeconds` → `silent`, `agentVersion` → `agent version`. */
function readable(name: string): string {
  return name.replace(/(Bytes|Seconds|Ms)$/, '').replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}
