import { Backoff, sleep, type Logger } from '@openstation/kit';
import { newSigningRequest } from './join-cluster.js';
import type { MemberRecord } from './member-files.js';
import type { OwnIdentity } from './own-identity.js';
import { expired, recover, type RecoveryWish } from './recovery.js';
import { endOfLife, renewalTime } from './renewal-time.js';

/** What a renewal brings; what is absent stays as it was. */
export type RenewedParts = Pick<MemberRecord, 'certificateChainPem'> & Partial<Pick<MemberRecord, 'dataCertificateChainPem' | 'authorityPem'>>;

export interface RenewalParts {
  readonly identity: OwnIdentity;
  /** Asks the controller, over the member's own connection. Rejects while there is none. */
  readonly request: (csrDer: Buffer) => Promise<RenewedParts>;
  /** How it comes back when its certificate ran out while it was away. */
  readonly recovery: () => RecoveryWish;
  /** The new identity is on disk: use it from now on. */
  readonly onRenewed: (record: MemberRecord) => void;
  readonly log: Logger;
}

/** Node's timers end at about 24 days; a renewal may be further away. */
const LONGEST_WAIT_MS = 24 * 3600 * 1000;
/** Certificates that are due at once again must not make a flood of requests; those that live for seconds must not run out meanwhile. */
const LONGEST_REST_MS = 60_000;
const REST_SHARE = 1 / 3;

/** Renews certificates in the second half of their life, with a new key each time, until the signal fires. */
export async function renewForever(parts: RenewalParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const due = renewalTime(parts.identity.record.certificateChainPem, Math.random());
    while (!signal.aborted && Date.now() < due) await sleep(Math.min(LONGEST_WAIT_MS, due - Date.now()), signal);
    await renewNow(parts, signal);
    const leftMs = endOfLife(parts.identity.record.certificateChainPem) - Date.now();
    await sleep(Math.min(LONGEST_REST_MS, Math.max(0, leftMs * REST_SHARE)), signal);
  }
}

async function renewNow(parts: RenewalParts, signal: AbortSignal): Promise<void> {
  const backoff = new Backoff({ firstMs: 1000, maxMs: 600_000 });
  while (!signal.aborted) {
    try {
      const renewed = await renew(parts);
      parts.onRenewed(renewed);
      parts.log.info({ memberId: renewed.memberId }, 'certificates renewed');
      return;
    } catch (error) {
      const retryMs = backoff.next();
      parts.log.warn({ reason: (error as Error).message, retryMs }, 'certificates could not be renewed yet');
      await sleep(retryMs, signal);
    }
  }
}

async function renew({ identity, request, recovery }: RenewalParts): Promise<MemberRecord> {
  const { der, privateKeyPem } = await newSigningRequest();
  const renewed = expired(identity.record.certificateChainPem) ? await recover(identity.record, der, recovery()) : await request(der);
  return identity.change({ ...renewed, privateKeyPem });
}
