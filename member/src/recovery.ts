import { sign } from 'node:crypto';
import { Metadata } from '@grpc/grpc-js';
import { EnrolmentClient, recoveryStatement, type BeginRecoveryReply, type JoinReply } from '@openstation/proto';
import { CONTROLLER_CHANNEL_OPTIONS, controllerCredentials, unary } from './join-cluster.js';
import type { MemberRecord } from './member-files.js';
import { endOfLife } from './renewal-time.js';
import type { RenewedParts } from './renewal.js';

const DEADLINE_MS = 15_000;

/** What a member whose certificate has run out says of itself. */
export interface RecoveryWish {
  /** host:port of the enrolment listener. */
  readonly controlAddress: string;
  readonly addresses: readonly string[];
  readonly machineId: string;
  readonly bootId: string;
}

/** Whether the first certificate of the chain has run out by this machine's clock. */
export function expired(certificateChainPem: string, now = Date.now()): boolean {
  return endOfLife(certificateChainPem) <= now;
}

/**
 * New certificates for a member that was away until its own ran out: it proves that it still has the key by signing
 * a nonce, on the listener that needs no client certificate. The controller allows that a few times without a person.
 * @throws JoinError
 */
export async function recover(record: MemberRecord, csrDer: Buffer, wish: RecoveryWish): Promise<RenewedParts> {
  const { certificateChainPem } = record;
  const client = new EnrolmentClient(wish.controlAddress, controllerCredentials(record.authorityPem), CONTROLLER_CHANNEL_OPTIONS);
  const options = { deadline: Date.now() + DEADLINE_MS };
  try {
    const { nonce } = await unary<BeginRecoveryReply>((done) => client.beginRecovery({ certificateChainPem }, new Metadata(), options, done));
    const signature = sign('sha256', recoveryStatement(nonce), record.privateKeyPem);
    const { addresses, machineId, bootId } = wish;
    const request = { certificateChainPem, nonce, signature, csrDer, addresses: [...addresses], machineId, bootId };
    const reply = await unary<JoinReply>((done) => client.recover(request, new Metadata(), options, done));
    return { certificateChainPem: reply.certificateChainPem, dataCertificateChainPem: reply.dataCertificateChainPem, authorityPem: reply.authorityPem };
  } finally {
    client.close();
  }
}
