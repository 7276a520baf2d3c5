export { NoJoinTokenError, obtainIdentity, sessionAddress, type JoinSource } from './identity.js';
export { runRenewal, type RenewalParts, type RenewedCertificate } from './renewal-loop.js';
