import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * `osk1_<id: 10 base62>_<secret: 43 base62><crc32: 6 base62>`: a type prefix for secret scanners, a public
 * id for the look-up, 256 bits of secret, and a checksum so that typos die without a look-up.
 */
export interface ApiKeyParts {
  readonly id: string;
  readonly text: string;
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const KEY_PATTERN = /^osk1_([0-9A-Za-z]{10})_[0-9A-Za-z]{49}$/;
const CHECKSUM_LENGTH = 6;

export function newApiKey(): ApiKeyParts {
  const id = randomBase62(10);
  const body = `osk1_${id}_${randomBase62(43)}`;
  return { id, text: body + checksum(body) };
}

/** Undefined when the text cannot be a key of ours: wrong shape or wrong checksum. */
export function parseApiKey(text: string): ApiKeyParts | undefined {
  const id = KEY_PATTERN.exec(text)?.[1];
  if (id === undefined) return undefined;
  const body = text.slice(0, -CHECKSUM_LENGTH);
  return checksum(body) === text.slice(-CHECKSUM_LENGTH) ? { id, text } : undefined;
}

/** HMAC-SHA-256(pepper, whole key): 32 bytes. A fast hash is enough for 256 random bits. */
export function apiKeyDigest(pepper: Uint8Array, text: string): Buffer {
  return createHmac('sha256', pepper).update(text).digest();
}

export function sameDigest(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function checksum(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    text = BASE62.charAt(rest % 62) + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

function randomBase62(length: number): string {
  let text = '';
  while (text.length < length) {
    // 248 = 4 × 62: bytes above would make the first letters more likely.
    for (const byte of randomBytes(length)) if (byte < 248 && text.length < length) text += BASE62.charAt(byte % 62);
  }
  return text;
}
