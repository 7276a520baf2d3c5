import { createHash, randomBytes, X509Certificate } from 'node:crypto';

/**
 * `osj1_<pin>_<id>_<secret>`: the pin is the base32 SHA-256 of the cluster root's SubjectPublicKeyInfo,
 * so a joiner can check the server before it sends the secret (as Docker Swarm and k3s do).
 */
export interface JoinToken {
  readonly pin: string;
  readonly id: string;
  /** 256 bits, hex. */
  readonly secret: string;
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

export function newJoinToken(authorityPem: string): JoinToken {
  return { pin: authorityPin(authorityPem), id: randomBytes(8).toString('hex'), secret: randomBytes(32).toString('hex') };
}

export function formatJoinToken(token: JoinToken): string {
  return `osj1_${token.pin}_${token.id}_${token.secret}`;
}

/** Undefined when the text is not a join token at all (cut off, mistyped, something else). */
export function parseJoinToken(text: string): JoinToken | undefined {
  const match = /^osj1_([a-z2-7]{52})_([0-9a-f]{16})_([0-9a-f]{64})$/.exec(text.trim());
  if (!match) return undefined;
  const [, pin = '', id = '', secret = ''] = match;
  return { pin, id, secret };
}

/** What the server keeps of a token's secret: it never needs the secret again. */
export function joinSecretDigest(token: JoinToken): string {
  return createHash('sha256').update(`${token.id}.${token.secret}`).digest('hex');
}

/** base32 (RFC 4648, lower case, no padding) of SHA-256 over the certificate's SPKI: 52 characters. */
export function authorityPin(authorityPem: string): string {
  const spki = new X509Certificate(authorityPem).publicKey.export({ type: 'spki', format: 'der' });
  return base32(createHash('sha256').update(spki).digest());
}

function base32(bytes: Buffer): string {
  let bits = 0;
  let value = 0;
  let text = '';
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      text += BASE32.charAt((value >>> (bits - 5)) & 31);
      bits -= 5;
    }
  }
  return bits > 0 ? text + BASE32.charAt((value << (5 - bits)) & 31) : text;
}
