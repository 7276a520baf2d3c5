/** The cluster's root, the certificates it gives out, and those it takes back. */
export { Authority, MEMBER_DAYS, SigningRequestError, signingKeyDigest, type MemberCertificates } from './authority.js';
export { PkiModule } from './pki.module.js';
export { Revocations } from './revocations.js';
