import { Backoff, sleep, type Logger, type MemberFiles, type MemberRecord } from '@openstation/kit';
import { newSigningRequest } from '@openstation/proto';
import { renewalTime } from './renewal-time.js';

export interface RenewedCertificate {
  readonly certificateChainPem: string;
  readonly authorityPem: string;
}

export interface RenewalParts {
  readonly files: MemberFiles;
  readonly log: Logger;
  /** Asks the controller; rejects when it is away. */
  readonly request: (csrDer: Buffer) => Promise<RenewedCertificate>;
  /** Puts the new identity into use. */
  readonly onRenewed: (record: MemberRecord) => void;
}

/** Timers cannot wait longer than this. */
const LONGEST_SLEEP_MS = 24 * 3600 * 1000;

/** Renews the certificate in the second half of its life, with a new key each time, until the signal fires. */
export async function runRenewal(first: MemberRecord, parts: RenewalParts, signal: AbortSignal): Promise<void> {
  const backoff = new Backoff({ firstMs: 5000, maxMs: 600_000 });
  let record = first;
  let due = renewalTime(record.certificateChainPem, Math.random());
  while (!signal.aborted) {
    const wait = due - Date.now();
    if (wait > 0) {
      await sleep(Math.min(wait, LONGEST_SLEEP_MS), signal);
      continue;
    }
    try {
      record = await renew(record, parts);
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

async function renew(record: MemberRecord, { files, request, onRenewed }: RenewalParts): Promise<MemberRecord> {
  const signing = await newSigningRequest();
  const reply = await request(signing.der);
  const renewed = { ...record, privateKeyPem: signing.privateKeyPem, certificateChainPem: reply.certificateChainPem, authorityPem: reply.authorityPem || record.authorityPem };
  await files.save(renewed);
  onRenewed(renewed);
  return renewed;
}
