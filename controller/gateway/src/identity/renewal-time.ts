import { X509Certificate } from 'node:crypto';

/** Renewal happens between 50 and 80 % of the life; `share` (0 to 1) spreads members over that span. Unix milliseconds. */
export function renewalTime(certificateChainPem: string, share: number): number {
  const leaf = new X509Certificate(certificateChainPem);
  const from = leaf.validFromDate.getTime();
  const to = leaf.validToDate.getTime();
  return from + (to - from) * (0.5 + 0.3 * share);
}
