import { createHash } from 'node:crypto';
import type { EngineSpec } from './driver.js';

/** `os-<instance>-g<generation>`: whoever starts the same thing twice meets the first one. */
export function engineName(instanceId: string, generation: number): string {
  return `os-${instanceId}-g${generation}`;
}

/** Undefined for a name that is not ours. */
export function parseEngineName(name: string): { instanceId: string; generation: number } | undefined {
  const match = /^os-([a-zA-Z0-9][a-zA-Z0-9_.-]{0,99})-g(\d{1,15})$/.exec(name);
  return match ? { instanceId: match[1] ?? '', generation: Number(match[2]) } : undefined;
}

/** Same digest, same engine: decides between adopting and replacing what already has the name. */
export function specDigest(spec: EngineSpec): string {
  return createHash('sha256').update(JSON.stringify(sorted(spec))).digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, entry]) => [key, sorted(entry)]));
}
