/** Control, gateway and agent as one product on this machine. */
export { Product } from './product.js';
export type { EngineWay } from './policy.js';
