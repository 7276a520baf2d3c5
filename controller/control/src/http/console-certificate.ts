import { X509Certificate } from 'node:crypto';
import type { Vault } from '../secrets/index.js';

/** Key and certificate of the console's HTTPS port. */
export interface ConsoleCertificate {
  readonly keyPem: string;
  readonly chainPem: string;
  /** SHA-256 of the certificate as browsers show it: `AB:CD:…`. */
  readonly fingerprint: string;
}

interface Kept {
  readonly keyPem: string;
  readonly chainPem: string;
  readonly hosts: readonly string[];
  readonly rootPem: string;
}

/** Nest injection token of the console certificate's fingerprint. */
export const CONSOLE_FINGERPRINT = Symbol('ConsoleFingerprint');

const NAME = 'console-certificate';
const RENEW_BEFORE_MS = 30 * 24 * 3_600_000;

export interface Issuer {
  readonly rootPem: string;
  issueServer(hosts: string[]): Promise<{ keyPem: string; chainPem: string }>;
}

/**
 * The console's certificate for these hosts. It is kept over restarts, because browsers that were told to trust it
 * would ask again; made anew when the hosts change, the root changed or it runs out within 30 days.
 */
export async function consoleCertificate(vault: Vault, issuer: Issuer, hosts: readonly string[], now: number): Promise<ConsoleCertificate> {
  const text = await vault.get(NAME);
  const kept = text && (JSON.parse(text.toString('utf8')) as Kept);
  if (kept && isGood(kept, issuer, hosts, now)) return withFingerprint(kept);
  const made = { ...(await issuer.issueServer([...hosts])), hosts, rootPem: issuer.rootPem };
  await vault.put(NAME, Buffer.from(JSON.stringify(made)));
  return withFingerprint(made);
}

function isGood(kept: Kept, issuer: Issuer, hosts: readonly string[], now: number): boolean {
  const ends = Date.parse(new X509Certificate(kept.chainPem).validTo);
  return kept.rootPem === issuer.rootPem && ends - now > RENEW_BEFORE_MS && kept.hosts.join() === hosts.join();
}

function withFingerprint({ keyPem, chainPem }: Kept): ConsoleCertificate {
  return { keyPem, chainPem, fingerprint: new X509Certificate(chainPem).fingerprint256 };
}
