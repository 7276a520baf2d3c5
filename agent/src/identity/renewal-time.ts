import { X509Certificate } from 'node:crypto';

/**
 * When to renew a certificate: at a random point in 50-80 % of its life, so that a cluster's members spread
 * out (swarmkit's window). In Unix milliseconds; the past when that point is over.
 */
export function renewalTime(certificateChainPem: string, random: () => number): number {
  const certificate = new X509Certificate(certificateChainPem);
  const from = Date.parse(certificate.validFrom);
  const to = Date.parse(certificate.validTo);
  return from + (to - from) * (0.5 + 0.3 * random());
}
