/** Servers: what they are, whether they are heard, how they go. */
export { HeartbeatClock } from './heartbeat-clock.js';
export type { NodeInventory, NodeSample } from './node-inventory.js';
export { NodeLoop } from './node-loop.js';
export { NodeUses, type NodeUse } from './node-uses.js';
export { NodeViews, type NodeView } from './node-view.js';
export type { NodeState } from './node.machine.js';
export { NodeRepository, type NodeGreeting } from './node.repository.js';
export { NodesController } from './nodes.controller.js';
export { NodesModule } from './nodes.module.js';
export { NodeRow } from './nodes.store.js';
