import { Backoff, sleep, type Logger, type MemberRecord } from '@openstation/kit';
import { newSigningRequest } from '@openstation/proto';
import type { OwnIdentity } from './own-identity.js';
import { renewalTime } from './renewal-time.js';

export interface RenewedCertificate {
  readonly certificateChainPem: string;
  readonly authorityPem: string;
}

export interface RenewalParts {
  readonly identity: OwnIdentity;
  readonly log: Logger;
  /** Asks the controller; rejects when it is away. */
  readonly request: (csrDer: Buffer) => Promise<RenewedCertificate>;
  /** Puts the new identity into use. */
  readonly onRenewed: (record: MemberRecord) => void;
}

/** Timers cannot wait longer than this. */
const LONGEST_SLEEP_MS = 24 * 3600 * 1000;

/** Renews the certificate in the second half of its life, with a new key each time, until the signal fires. */
export async function runRenewal(parts: RenewalParts, signal: AbortSignal): Promise<void> {
  const backoff = new Backoff({ firstMs: 5000, maxMs: 600_000 });
  let due = renewalTime(parts.identity.record.certificateChainPem, Math.random());
  while (!signal.aborted) {
    const wait = due - Date.now();
    if (wait > 0) {
      await sleep(Math.min(wait, LONGEST_SLEEP_MS), signal);
      continue;
    }
    try {
      const record = await renew(parts);
      due = renewalTime(record.certificateChainPem, Math.random());
      backoff.reset();
      parts.log.info({ validUntilRenewal: new Date(due).toISOString() }, 'certificate renewed');
    } catch (error) {
      const ms = backoff.next();
      parts.log.warn({ reason: (error as Error).message, retryMs: ms }, 'certificate not renewed yet');
      await sleep(ms, signal);
    }
  }
}

async function renew({ identity, request, onRenewed }: RenewalParts): Promise<MemberRecord> {
  const signing = await newSigningRequest();
  const reply = await request(signing.der);
  const renewed = await identity.change({
    privateKeyPem: signing.privateKeyPem,
    certificateChainPem: reply.certificateChainPem,
    authorityPem: reply.authorityPem || identity.record.authorityPem,
  });
  onRenewed(renewed);
  return renewed;
}
