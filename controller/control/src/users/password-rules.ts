import { randomInt } from 'node:crypto';
import { ApiError } from '../http/index.js';
import { password as passwordSchema } from './users.schema.js';

/**
 * Passwords that fulfil the letter of the rule and that everybody tries first: published defaults, product
 * words and the usual patterns. Compared without case.
 */
const KNOWN = new Set(['123456a?', '123456a!', 'a123456?', 'a123456!', '1234567a!', '12345678a!', 'abc123!@#', 'abcd1234!', 'abc123456!', '1q2w3e4r!', '1qaz@wsx', '1qaz!qaz', 'qwer1234!', 'qwerty123!', 'qwerty1!', 'p@ssw0rd', 'p@ssword1', 'passw0rd!', 'password1!', 'password123!', 'admin123!', 'admin@123', 'admin1234!', 'administrator1!', 'root@123', 'root1234!', 'letmein1!', 'welcome1!', 'welcome123!', 'changeme1!', 'changeme123!', 'test1234!', 'test@123', 'user@123', 'iloveyou1!', 'aa123456!', 'aa123456@', 'a1b2c3d4!', 'zaq1@wsx', 'zaq1!qaz']);
const PRODUCT_WORDS = ['openstation', 'station'];

/** @throws ApiError `bad-request` naming the field when the password is one that attackers try first. */
export function refuseKnownPassword(password: string, username: string, field: string): void {
  const folded = password.toLowerCase();
  const letters = folded.replace(/[^a-z]/g, '');
  const simple = KNOWN.has(folded) || PRODUCT_WORDS.includes(letters) || (username.length >= 3 && letters === username.toLowerCase().replace(/[^a-z]/g, ''));
  if (simple) throw new ApiError('bad-request', `${field}: is one of the passwords that are tried first; choose another`, { field });
}

/** No 0/O, 1/l/I: people read these from paper. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789!@#$%^&*?';
const LENGTH = 20;

/** 20 characters, about 120 bits, that fulfil the password rule. */
export function randomPassword(): string {
  for (;;) {
    const candidate = Array.from({ length: LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
    if (passwordSchema.safeParse(candidate).success) return candidate;
  }
}
