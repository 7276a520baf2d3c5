/** The catalog: which models there are to have, and how far each is here. */
export type { Variant } from './card.js';
export { Catalog } from './catalog.js';
export { CatalogModule } from './catalog.module.js';
export { chooseFiles, type FileChoice, type RepositoryFile } from './choose-files.js';
export { matchesGlob } from './glob.js';
export { asApiError } from './hub-refusal.js';
export type { ListedCard } from './listed-cards.js';
export { VariantProgress, type DownloadProgress } from './variant-progress.js';
