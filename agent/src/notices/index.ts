/** News of the node for people: what changed, once, kept until it could be sent. */
export { NOTHING_TOLD, nodeChanges, type NodeView, type Told } from './node-changes.machine.js';
export { NoticeBox } from './notice-box.js';
