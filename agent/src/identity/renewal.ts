import { setTimeout as delay } from 'node:timers/promises';
import { Backoff, sleep, type Logger, type MemberRecord } from '@openstation/kit';
import { newSigningRequest, type RenewCertificateReply } from '@openstation/proto';
import type { OwnIdentity } from './own-identity.js';
import { renewalTime } from './renewal-time.js';

export interface RenewalParts {
  readonly identity: OwnIdentity;
  /** Asks the controller, over the current session. Rejects while there is none. */
  readonly ask: (csrDer: Buffer) => Promise<RenewCertificateReply>;
  /** The new identity is on disk: use it from now on. */
  readonly onRenewed: (member: MemberRecord) => void;
  readonly log: Logger;
  readonly random: () => number;
  readonly now: () => number;
}

/** Node's timers end at about 24 days; a renewal may be further away. */
const LONGEST_WAIT_MS = 24 * 3600 * 1000;
/** Certificates that are due at once again must not make a flood of requests. */
const SHORTEST_WAIT_MS = 60_000;

/** Renews key and certificates for as long as the agent lives. */
export async function renewForever(parts: RenewalParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const due = renewalTime(parts.identity.record.certificateChainPem, parts.random);
    while (!signal.aborted && parts.now() < due) {
      await delay(Math.min(LONGEST_WAIT_MS, due - parts.now()), undefined, { signal, ref: false }).catch(() => undefined); // the signal ends the wait
    }
    await renewNow(parts, signal);
    await sleep(SHORTEST_WAIT_MS, signal);
  }
}

async function renewNow(parts: RenewalParts, signal: AbortSignal): Promise<void> {
  const backoff = new Backoff({ firstMs: 1000, maxMs: 600_000 });
  while (!signal.aborted) {
    try {
      const renewed = await renew(parts);
      parts.onRenewed(renewed);
      parts.log.info({ nodeId: renewed.memberId }, 'certificates renewed');
      return;
    } catch (error) {
      parts.log.warn({ reason: (error as Error).message }, 'certificates could not be renewed yet');
    }
    await sleep(backoff.next(), signal);
  }
}

async function renew(parts: RenewalParts): Promise<MemberRecord> {
  const request = await newSigningRequest();
  const reply = await parts.ask(request.der);
  return parts.identity.change({
    privateKeyPem: request.privateKeyPem,
    certificateChainPem: reply.certificateChainPem,
    dataCertificateChainPem: reply.dataCertificateChainPem,
    authorityPem: reply.authorityPem,
  });
}
