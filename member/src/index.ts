/** What it is to be a member of a cluster, agent or gateway: joining, the identity on disk, finding the controller, renewal. */
export { findController } from './find-controller.js';
export { findSession } from './find-session.js';
export { CONTROLLER_CHANNEL_OPTIONS, JoinError, controllerCredentials, joinCluster, newSigningRequest, type JoinedMember, type JoinWish } from './join-cluster.js';
export { MemberFiles, type MemberRecord } from './member-files.js';
export { atConfiguredHost, joinedRecord } from './member-record.js';
export { OwnIdentity } from './own-identity.js';
export { expired, recover, type RecoveryWish } from './recovery.js';
export { renewForever, type RenewalParts, type RenewedParts } from './renewal.js';
