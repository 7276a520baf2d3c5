/** What really runs on this node. */
export { Observer } from './observer.js';
export { changedInstances } from './record-diff.js';
