/** What a node does for an engine that spans nodes: the right interface, a look at the other members, a fence around its ports. */
export { Fence, FenceError, fenceRules } from './fence.js';
export { interfaceFor } from './interface-for.js';
export { unreachablePeer, type Peer } from './reach-peers.js';
