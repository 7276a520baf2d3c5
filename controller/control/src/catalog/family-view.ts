import type { ModelRow } from '../models/index.js';
import type { FamilyView, Variant } from './card.js';
import type { ListedCard } from './listed-cards.js';
import type { DownloadProgress } from './variant-progress.js';

type VariantView = FamilyView['variants'][number];
type Here = Pick<VariantView, 'state' | 'percent' | 'modelId' | 'downloadId'>;
type KnownModel = Pick<ModelRow, 'id' | 'state' | 'variantId' | 'createdAt'>;

/** Best first: two models of one variant, from two hubs, show the one that is further. */
const RANK: Readonly<Record<ModelRow['state'], number>> = { ready: 0, downloading: 1, importing: 1, failed: 2, deleting: 3 };
const ABSENT: Here = { state: 'absent', percent: 0, modelId: null, downloadId: null };

/** A card with how far each variant is here. Pure. */
export function familyView(card: ListedCard, models: readonly KnownModel[], downloads: ReadonlyMap<string, DownloadProgress>): FamilyView {
  return { ...card, variants: card.variants.map((variant) => ({ ...copy(variant), ...here(variant.id, models, downloads) })) };
}

function here(variantId: string, models: readonly KnownModel[], downloads: ReadonlyMap<string, DownloadProgress>): Here {
  const [model] = models.filter((one) => one.variantId === variantId).sort((a, b) => RANK[a.state] - RANK[b.state] || b.createdAt - a.createdAt);
  if (!model || model.state === 'deleting') return ABSENT;
  if (model.state === 'ready') return { state: 'ready', percent: 100, modelId: model.id, downloadId: null };
  const download = downloads.get(model.id);
  const state = model.state === 'failed' ? 'failed' : (download?.state ?? 'downloading');
  return { state, percent: download?.percent ?? 0, modelId: model.id, downloadId: download?.downloadId ?? null };
}

function copy(variant: Variant): Variant {
  return { ...variant, repositories: { ...variant.repositories }, include: [...variant.include], exclude: [...variant.exclude], engineParameters: { ...variant.engineParameters } };
}
