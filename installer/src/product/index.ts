/** Control, gateway and agent as one product on this machine. */
export { dropJoinToken, JoinedAgent, keepJoinToken } from './joined-agent.js';
export { Product } from './product.js';
export type { EngineWay } from './policy.js';
