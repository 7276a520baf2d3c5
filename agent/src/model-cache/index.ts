/** Model files on this node: brought from everywhere they are, checked, kept, shared. */
export { CacheOrders } from './cache-orders.js';
export { CacheRefusal } from './cache-refusal.js';
export { HttpPieceSource } from './http-piece-source.js';
export { inspectPath, type PathContent } from './in-place.js';
export { ModelCache, type OnModelProgress } from './model-cache.js';
export type { FetchProgress, SourceOpener } from './model-fetch.js';
export { ModelFetchError, ModelSourceError, type ModelDirectory, type PieceSource, type RangeWish } from './model-source.js';
export type { SharedModel } from './shared-model.js';
