import { createHash } from 'node:crypto';

/** Host key algorithms we accept, by the name in the key itself → what is offered in the handshake (no SHA-1). */
export const HOST_KEY_ALGORITHMS = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
} as const;

export type HostKeyAlgorithm = keyof typeof HOST_KEY_ALGORITHMS;
export const hostKeyAlgorithms = Object.keys(HOST_KEY_ALGORITHMS) as HostKeyAlgorithm[];

export interface HostKey {
  readonly algorithm: string;
  readonly fingerprint: string;
  /** Null when it is not known for this algorithm. */
  readonly bits: number | null;
}

/** As `ssh-keygen -lf` prints it. */
export function fingerprintOf(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** Reads a public key in SSH wire form (RFC 4253, 6.6): strings with a length before each. */
export function describeHostKey(blob: Buffer): HostKey {
  const algorithm = field(blob, 0)?.toString('latin1') ?? 'unknown';
  return { algorithm, fingerprint: fingerprintOf(blob), bits: bitsOf(algorithm, blob) };
}

function bitsOf(algorithm: string, blob: Buffer): number | null {
  if (algorithm === 'ssh-ed25519') return 256;
  const curve = /nistp(\d+)$/.exec(algorithm)?.[1];
  if (curve !== undefined) return Number(curve);
  if (algorithm !== 'ssh-rsa') return null;
  // Algorithm, exponent, modulus; the modulus may start with a zero byte that is no part of it.
  const modulus = field(blob, 2);
  if (!modulus) return null;
  const start = modulus[0] === 0 ? 1 : 0;
  return (modulus.length - start) * 8 - Math.clz32(modulus[start] ?? 0) + 24;
}

function field(blob: Buffer, index: number): Buffer | undefined {
  let at = 0;
  for (let n = 0; at + 4 <= blob.length; n += 1) {
    const length = blob.readUInt32BE(at);
    if (at + 4 + length > blob.length) return undefined;
    if (n === index) return blob.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
  return undefined;
}
