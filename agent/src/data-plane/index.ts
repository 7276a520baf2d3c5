/** The way of inference calls into this node. */
export { DataPlane, type FindTarget } from './data-plane.js';
