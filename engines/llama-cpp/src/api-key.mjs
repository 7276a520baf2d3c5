import { createHash, timingSafeEqual } from 'node:crypto';
import { ArgumentError } from './arguments.mjs';

/**
 * Reads the accepted keys, one per line. What is kept is their hashes.
 * @param {string | undefined} file
 * @param {(path: string) => string} read
 * @returns {readonly Buffer[] | undefined} undefined: no key is asked for
 * @throws {ArgumentError}
 */
export function readKeys(file, read) {
  if (file === undefined) return undefined;
  let text;
  try {
    text = read(file);
  } catch (error) {
    throw new ArgumentError(`--api-key-file: ${error.message}`);
  }
  const keys = text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  if (keys.length === 0) throw new ArgumentError(`--api-key-file: ${file} holds no key`);
  return keys.map(digest);
}

/**
 * @param {readonly Buffer[] | undefined} keys
 * @param {string | undefined} authorization the request's header
 */
export function mayCall(keys, authorization) {
  if (keys === undefined) return true;
  const presented = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  if (presented === undefined) return false;
  const hash = digest(presented);
  // Every key is compared, in constant time each: the answer's delay tells nothing.
  return keys.map((key) => timingSafeEqual(key, hash)).some(Boolean);
}

function digest(text) {
  return createHash('sha256').update(text).digest();
}
