import type { Model, Operation } from '../api';

export type Tone = 'ok' | 'busy' | 'bad';

const tones: Readonly<Record<Model['state'], Tone>> = { importing: 'busy', downloading: 'busy', ready: 'ok', failed: 'bad', deleting: 'busy' };

export function modelTone(state: Model['state']): Tone {
  return tones[state];
}

/** Parameter count as people say it: 494 M, 1.5 B, 671 B. Null stays unknown. */
export function parameterLabel(count: number | null): string | null {
  if (count === null) return null;
  if (count >= 1e9) return `${trimmed(count / 1e9)}B`;
  if (count >= 1e6) return `${trimmed(count / 1e6)}M`;
  return count >= 1e3 ? `${trimmed(count / 1e3)}K` : String(count);
}

/** Context length as people say it: 4096 → 4K, 131072 → 128K; odd lengths stay as they are. */
export function contextLabel(length: number | null): string | null {
  if (length === null) return null;
  return length >= 1024 && length % 1024 === 0 ? `${length / 1024}K` : String(length);
}

function trimmed(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toFixed(1)));
}

/** The import that belongs to a model; undefined when it is over and forgotten. */
export function importOf(model: Model, operations: readonly Operation[]): Operation | undefined {
  return operations.find((operation) => operation.id === model.operationId);
}

/** Ready ones by name, before them what is on its way or needs attention. */
export function inLibraryOrder(models: readonly Model[]): readonly Model[] {
  const rank = (model: Model) => (model.state === 'importing' ? 0 : model.state === 'failed' ? 1 : 2);
  return [...models].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

export function matches(model: Model, words: string): boolean {
  const haystack = [model.name, model.architecture, model.dataType, model.description, model.format].join(' ').toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => haystack.includes(word));
}
