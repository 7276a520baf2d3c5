/** Which ports are free, and whose the others are. */
export { planPorts, requireDataPort } from './port-plan.js';
export { describeOwner, portOwners, type PortOwner } from './port-owner.js';
export { tryPort } from './free-port.js';
