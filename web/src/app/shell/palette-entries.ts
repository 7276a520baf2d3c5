import type { Model, Node, Service } from '../api';

export interface PaletteEntry {
  readonly kind: 'page' | 'service' | 'model' | 'node';
  readonly name: string;
  readonly detail: string;
  readonly path: string;
  readonly icon: string;
}

/** The objects that can be jumped to. */
export function objectEntries(services: readonly Service[], models: readonly Model[], nodes: readonly Node[]): readonly PaletteEntry[] {
  return [
    ...services.map(({ id, name, modelName }) => ({ kind: 'service' as const, name, detail: modelName, path: `/services/${id}`, icon: 'cloud-server' })),
    ...models.map(({ id, name, architecture }) => ({ kind: 'model' as const, name, detail: architecture ?? '', path: `/models/${id}`, icon: 'database' })),
    ...nodes.map(({ id, name, address }) => ({ kind: 'node' as const, name, detail: address, path: `/nodes/${id}`, icon: 'cluster' })),
  ];
}

const shownCount = 12;

/** Entries that hold every typed word; those whose name starts with the typed text come first. */
export function search(entries: readonly PaletteEntry[], query: string): readonly PaletteEntry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = ({ name }: PaletteEntry) => (name.toLowerCase().startsWith(words[0] ?? '') ? 0 : 1);
  return entries
    .filter(({ name, detail }) => words.every((word) => `${name} ${detail}`.toLowerCase().includes(word)))
    .map((entry, at) => ({ entry, at }))
    .sort((a, b) => rank(a.entry) - rank(b.entry) || a.at - b.at)
    .slice(0, shownCount)
    .map(({ entry }) => entry);
}
