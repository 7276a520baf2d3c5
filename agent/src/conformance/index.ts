/** What an engine can do beside answering: tried once, with questions of our own. */
export { tryFeatures, type TriedFeatures } from './try-features.js';
