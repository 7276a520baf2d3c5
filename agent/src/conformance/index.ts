/** What an engine can do, tried with questions of our own: whether it answers at all, and every feature once. */
export { answersAtAll } from './answers-at-all.js';
export { tryFeatures, type TriedFeatures } from './try-features.js';
