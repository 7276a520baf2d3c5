/** Who this node is: joining, certificates, renewal. */
export { ensureMember, type JoinSettings } from './member.js';
export { renewForever, type RenewalParts } from './renewal.js';
export { renewalTime } from './renewal-time.js';
