export { InstanceLoad } from './instance-load.js';
export { pickTarget, type LoadView } from './pick-target.js';
