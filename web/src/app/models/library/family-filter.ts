import type { ModelFamily, ModelVariant, Node } from '../../api';

export const kinds = ['llm', 'vision', 'embedding', 'reranker', 'audio'] as const;
export const stateFilters = ['ready', 'moving', 'failed', 'absent'] as const;
/** Largest number of billions of parameters of each class; the last one has no end. */
export const sizeFilters = { small: [0, 4], medium: [4, 15], large: [15, 80], huge: [80, Infinity] } as const;

export type StateFilter = (typeof stateFilters)[number];
export type SizeFilter = keyof typeof sizeFilters;

export interface FamilyFilter {
  readonly text: string;
  readonly kind: ModelFamily['kind'] | null;
  readonly state: StateFilter | null;
  readonly size: SizeFilter | null;
  /** Bytes that a model may need; null: any. */
  readonly room: number | null;
}

const states: Readonly<Record<StateFilter, readonly ModelVariant['state'][]>> = { ready: ['ready'], moving: ['queued', 'downloading', 'paused'], failed: ['failed'], absent: ['absent'] };

/** Families that match, each with only the variants that do; a family whose name matches keeps all that pass the other filters. */
export function filterFamilies(families: readonly ModelFamily[], filter: FamilyFilter): readonly ModelFamily[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return families.flatMap((family) => {
    if (filter.kind !== null && family.kind !== filter.kind) return [];
    const head = [family.name, family.provider, family.description, family.descriptionZh, family.kind].join(' ').toLowerCase();
    const variants = family.variants.filter((variant) => passes(variant, filter) && words.every((word) => head.includes(word) || tail(variant).includes(word)));
    return variants.length > 0 ? [{ ...family, variants }] : [];
  });
}

function tail({ label, name, dataType, repositories }: ModelVariant): string {
  return [label, name, dataType, repositories.modelscope, repositories.huggingface].join(' ').toLowerCase();
}

function passes(variant: ModelVariant, { state, size, room }: FamilyFilter): boolean {
  if (state !== null && !states[state].includes(variant.state)) return false;
  if (size !== null) {
    const [above, upTo] = sizeFilters[size];
    const billions = (variant.parameterCount ?? -1) / 1e9;
    if (billions <= above && above > 0) return false;
    if (billions < 0 || billions > upTo) return false;
  }
  return room === null || (variant.memoryNeedBytes !== null && variant.memoryNeedBytes <= room);
}

/** Memory of the largest place a model can have here: the cards of one node together, or main memory where there is no card; null while no node is known. */
export function largestRoom(nodes: readonly Node[]): number | null {
  const usable = nodes.filter(({ state, availability }) => state === 'healthy' && availability === 'active');
  const cards = usable.map(({ gpus }) => gpus.filter(({ quarantine }) => quarantine === null).reduce((sum, { memoryBytes }) => sum + memoryBytes, 0));
  const most = Math.max(0, ...cards);
  const main = Math.max(0, ...usable.map(({ inventory }) => inventory?.memoryBytes ?? 0));
  return (most > 0 ? most : main) || null;
}

/** Shipped and own cards by what is here or on its way first, then as the catalog lists them. */
export function inShelfOrder(families: readonly ModelFamily[]): readonly ModelFamily[] {
  const rank = ({ variants }: ModelFamily) => (variants.some(({ state }) => state === 'downloading' || state === 'queued' || state === 'paused' || state === 'failed') ? 0 : variants.some(({ state }) => state === 'ready') ? 1 : 2);
  return families.toSorted((a, b) => rank(a) - rank(b));
}
