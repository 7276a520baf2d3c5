import { sessionAddress } from './find-session.js';
import type { JoinedMember } from './join-cluster.js';
import type { MemberRecord } from './member-files.js';

/** What a member keeps of having joined through `controlAddress`. */
export function joinedRecord(joined: JoinedMember, controlAddress: string): MemberRecord {
  return {
    memberId: joined.memberId,
    clusterId: joined.clusterId,
    name: joined.name,
    sessionAddress: sessionAddress(controlAddress, joined.sessionPort),
    privateKeyPem: joined.privateKeyPem,
    certificateChainPem: joined.certificateChainPem,
    dataCertificateChainPem: joined.dataCertificateChainPem,
    authorityPem: joined.authorityPem,
  };
}

/** The configured host wins over the one of the join; the port is asked for when it turns out to be an old one. */
export function atConfiguredHost(record: MemberRecord, controlAddress: string): MemberRecord {
  const port = Number(record.sessionAddress.slice(record.sessionAddress.lastIndexOf(':') + 1));
  return { ...record, sessionAddress: sessionAddress(controlAddress, port) };
}
