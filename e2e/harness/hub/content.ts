import { createCipheriv, createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FileSpec {
  readonly path: string;
  readonly bytes: number;
  /** What the bytes after `head` are made from. */
  readonly seed: string;
  /** First bytes, base64: a real header, so that readers of the format accept the file. */
  readonly head?: string;
  /** Hugging Face: stored as a large file, with a SHA-256. Default: 1 MiB or more. */
  readonly lfs?: boolean;
}

export interface Digests {
  readonly sha256: string;
  readonly gitSha1: string;
}

const BLOCK = 16;
const ZEROS = Buffer.alloc(1 << 20);

/**
 * Bytes `from` to `to` (exclusive) of a file that is stored nowhere: its head, then the key stream of AES-128-CTR under its
 * seed, which can be entered at any offset. Incompressible, the same everywhere.
 */
export function bytesOf({ seed, head }: FileSpec, from: number, to: number): Buffer {
  const first = Buffer.from(head ?? '', 'base64');
  const parts: Buffer[] = [];
  if (from < first.length) parts.push(first.subarray(from, Math.min(to, first.length)));
  const start = Math.max(from, first.length);
  if (start < to) parts.push(keyStream(seed, start, to));
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}

/** SHA-256 and git's name of the content; reckoned once, kept in memory and in the temporary directory. */
export function digestsOf(file: FileSpec): Digests {
  const key = createHash('sha256').update(JSON.stringify([file.bytes, file.seed, file.head ?? ''])).digest('hex');
  const known = digests.get(key) ?? (file.bytes > 1 << 24 ? kept(key) : undefined);
  if (known) return known;
  const sha256 = createHash('sha256');
  const git = createHash('sha1').update(`blob ${file.bytes}\0`);
  for (let at = 0; at < file.bytes; at += ZEROS.length) {
    const part = bytesOf(file, at, Math.min(file.bytes, at + ZEROS.length));
    sha256.update(part);
    git.update(part);
  }
  const made = { sha256: sha256.digest('hex'), gitSha1: git.digest('hex') };
  digests.set(key, made);
  if (file.bytes > 1 << 24) keep(key, made);
  return made;
}

function keyStream(seed: string, from: number, to: number): Buffer {
  const key = createHash('sha256').update(seed).digest().subarray(0, 16);
  const counter = Buffer.alloc(16);
  counter.writeBigUInt64BE(BigInt(Math.floor(from / BLOCK)), 8);
  const cipher = createCipheriv('aes-128-ctr', key, counter);
  const skip = from % BLOCK;
  const length = to - from;
  if (skip + length <= ZEROS.length) return cipher.update(ZEROS.subarray(0, skip + length)).subarray(skip);
  return cipher.update(Buffer.alloc(skip + length)).subarray(skip);
}

const digests = new Map<string, Digests>();
const directory = join(tmpdir(), 'openstation-hub-digests');

function kept(key: string): Digests | undefined {
  const path = join(directory, key);
  if (!existsSync(path)) return undefined;
  const [sha256 = '', gitSha1 = ''] = readFileSync(path, 'utf8').split(' ');
  const found = { sha256, gitSha1 };
  digests.set(key, found);
  return found;
}

function keep(key: string, { sha256, gitSha1 }: Digests): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, key), `${sha256} ${gitSha1}`);
}
