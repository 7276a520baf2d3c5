/** The cluster's root, the certificates it gives out, and those it takes back. */
export { Authority, SigningRequestError, certificateFacts, signingKeyDigest, type MemberCertificates } from './authority.js';
export { MemberIdentities, RECOVERY_WINDOW_MS, type IdentityFacts } from './member-identities.js';
export { PkiModule } from './pki.module.js';
export { Revocations } from './revocations.js';
