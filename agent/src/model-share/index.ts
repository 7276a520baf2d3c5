/** Model files of this node for other nodes of the cluster. */
export { ModelShare } from './model-share.js';
