import { X509Certificate } from 'node:crypto';

/**
 * When to renew a certificate: between 50 and 80 % of its life (swarmkit's window); `share` (0 to 1) spreads a cluster's
 * members over that span. In Unix milliseconds; the past when that point is over.
 */
export function renewalTime(certificateChainPem: string, share: number): number {
  const leaf = new X509Certificate(certificateChainPem);
  const from = leaf.validFromDate.getTime();
  const to = leaf.validToDate.getTime();
  return from + (to - from) * (0.5 + 0.3 * share);
}

/** When a certificate runs out, in Unix milliseconds. */
export function endOfLife(certificateChainPem: string): number {
  return new X509Certificate(certificateChainPem).validToDate.getTime();
}
