import { X509Certificate, sign, verify } from 'node:crypto';
import { memberFromSubjectAltName } from './member-identity.js';

/** Says that one node may fetch one model from other nodes until a moment. */
export interface ModelGrant {
  readonly nodeId: string;
  readonly manifestDigest: string;
  readonly expiresAtMs: number;
}

/** Clocks of two nodes may differ by this much. */
const CLOCK_SKEW_MS = 120_000;

/**
 * `<claims>.<signature>.<certificate>`, each base64url: claims as JSON, signed (ECDSA P-256, SHA-256) with the key of the
 * certificate, which is one of the controller's own. Whoever knows the cluster's root can check it without asking anybody.
 */
export function formatModelGrant(grant: ModelGrant, signer: { readonly keyPem: string; readonly certificatePem: string }): string {
  const claims = Buffer.from(JSON.stringify(grant));
  const certificate = new X509Certificate(signer.certificatePem).raw;
  return [claims, sign('sha256', claims, signer.keyPem), certificate].map((part) => part.toString('base64url')).join('.');
}

/** Undefined when it is not a valid grant of this cluster's controller, or has ended. */
export function readModelGrant(text: string, cluster: { readonly clusterId: string; readonly authorityPem: string }, nowMs: number): ModelGrant | undefined {
  const [claims, signature, der, ...rest] = text.split('.').map((part) => Buffer.from(part, 'base64url'));
  if (!claims || !signature || !der || rest.length > 0) return undefined;
  try {
    const certificate = new X509Certificate(der);
    if (!isControllers(certificate, cluster, nowMs) || !verify('sha256', claims, certificate.publicKey, signature)) return undefined;
    const grant = JSON.parse(claims.toString()) as Partial<ModelGrant>;
    const { nodeId, manifestDigest, expiresAtMs } = grant;
    if (typeof nodeId !== 'string' || typeof manifestDigest !== 'string' || typeof expiresAtMs !== 'number') return undefined;
    return expiresAtMs + CLOCK_SKEW_MS < nowMs ? undefined : { nodeId, manifestDigest, expiresAtMs };
  } catch {
    return undefined; // not a certificate, not JSON: somebody made it up
  }
}

function isControllers(certificate: X509Certificate, { clusterId, authorityPem }: { readonly clusterId: string; readonly authorityPem: string }, nowMs: number): boolean {
  const root = new X509Certificate(authorityPem);
  const member = memberFromSubjectAltName(certificate.subjectAltName);
  if (Date.parse(certificate.validTo) + CLOCK_SKEW_MS < nowMs) return false;
  return certificate.checkIssued(root) && certificate.verify(root.publicKey) && member?.role === 'control' && member.clusterId === clusterId;
}
