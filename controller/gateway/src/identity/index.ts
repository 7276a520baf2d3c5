export { findController } from './find-controller.js';
export { NoJoinTokenError, obtainIdentity, type JoinSource } from './identity.js';
export { OwnIdentity } from './own-identity.js';
export { runRenewal, type RenewalParts, type RenewedCertificate } from './renewal-loop.js';
