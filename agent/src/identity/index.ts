/** Who this node is: joining, certificates, renewal. */
export { findController } from './find-controller.js';
export { ensureMember, type JoinSettings } from './member.js';
export { OwnIdentity } from './own-identity.js';
export { renewForever, type RenewalParts } from './renewal.js';
export { renewalTime } from './renewal-time.js';
