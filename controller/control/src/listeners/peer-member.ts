import { status, type ServerDuplexStream, type ServerUnaryCall, type ServerWritableStream } from '@grpc/grpc-js';
import { memberFromSubjectAltName, type MemberIdentity } from '@openstation/proto';

/** Any call as the agents' listener hands it on. */
export type MemberCall = Pick<ServerUnaryCall<unknown, unknown> | ServerWritableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>, 'getAuthContext'>;

/** An answer to a gRPC call other than success. */
export class Refusal extends Error {
  constructor(
    readonly code: status,
    readonly details: string,
  ) {
    super(details);
  }
}

/**
 * Who calls: the member its verified client certificate names. Nothing in a message can change it.
 * @throws Refusal UNAUTHENTICATED
 */
export function peerMember(call: MemberCall): MemberIdentity {
  const certificate = call.getAuthContext().sslPeerCertificate;
  const member = certificate && memberFromSubjectAltName(certificate.subjectaltname);
  if (!member || member.role === 'control') throw new Refusal(status.UNAUTHENTICATED, 'a member certificate of this cluster is required');
  return member;
}
