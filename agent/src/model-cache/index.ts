/** Model files on this node: fetched once, checked, kept. */
export { ModelCache, type OnModelProgress } from './model-cache.js';
export { ModelFetchError, ModelSourceError, type ModelSource } from './model-source.js';
