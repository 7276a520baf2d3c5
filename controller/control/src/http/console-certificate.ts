import { X509Certificate, createHash } from 'node:crypto';
import type { Vault } from '../secrets/index.js';

/** Key and certificate of the console's HTTPS port. */
export interface ConsoleCertificate {
  readonly keyPem: string;
  readonly chainPem: string;
  /** SHA-256 of the certificate as browsers show it: `AB:CD:…`. */
  readonly fingerprint: string;
  /** `sha256//…` of its public key, as curl and wget take it to trust nobody else. */
  readonly pin: string;
}

interface Kept {
  readonly keyPem: string;
  readonly chainPem: string;
  readonly hosts: readonly string[];
  readonly rootPem: string;
}

/** Nest injection token of the console certificate's fingerprint. */
export const CONSOLE_FINGERPRINT = Symbol('ConsoleFingerprint');
/** Nest injection token of the pin of the console's public key. */
export const CONSOLE_PIN = Symbol('ConsolePin');

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
  const certificate = new X509Certificate(chainPem);
  const pin = createHash('sha256').update(certificate.publicKey.export({ type: 'spki', format: 'der' })).digest('base64');
  return { keyPem, chainPem, fingerprint: certificate.fingerprint256, pin: `sha256//${pin}` };
}
