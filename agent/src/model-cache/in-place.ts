import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, realpath, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { MODEL_PIECE_BYTES, ModelManifest, modelDigest, type ModelFile, type ModelReference } from '@openstation/proto';
import type { CacheEntry, FileStamp } from './cache-disk.js';
import { CacheRefusal } from './cache-refusal.js';
import { pathFault } from './manifest-check.js';

const MAX_FILES = 20_000;
const MAX_DEPTH = 8;
const MAX_TEXT_HEAD = 1024 * 1024;
const MAX_BINARY_HEAD = 64 * 1024;
/** What one message may carry; the controller takes 4 MiB. */
const MAX_HEADS = 3 * 1024 * 1024;
const TEXTS = /(^|\/)(config|generation_config|tokenizer_config|model\.safetensors\.index|chat_template)\.(json|jinja)$/i;
const WEIGHTS = /\.(gguf|safetensors)$/i;

/** What lies at a path of this node. */
export interface PathContent {
  /** Directory that the files are below. */
  readonly root: string;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly heads: Map<string, Buffer>;
  readonly freeBytes: number;
}

export interface RegistrationWish {
  readonly path: string;
  readonly modelRoots: readonly string[];
  readonly reference: ModelReference;
  /** Those of the files there that belong to the model; none: all. */
  readonly wanted: readonly string[];
  readonly onBytes: (done: number) => void;
  readonly signal: AbortSignal;
}

export interface Registration {
  readonly digest: string;
  readonly entry: CacheEntry;
  readonly manifest: ModelManifest;
  readonly content: PathContent;
}

/**
 * Looks at a file or a directory inside the roots of the node's policy; follows no link out of them.
 * @throws CacheRefusal
 */
export async function inspectPath(path: string, modelRoots: readonly string[]): Promise<PathContent> {
  const real = await insideRoots(path, modelRoots);
  const found = await stat(real);
  const root = found.isDirectory() ? real : dirname(real);
  const files = found.isDirectory() ? await filesBelow(real) : [{ path: basename(real), bytes: found.size }];
  if (files.length === 0) throw new CacheRefusal(`there are no files in ${path}`);
  const { bavail, bsize } = await statfs(root);
  return { root, files, heads: await headsOf(root, files), freeBytes: bavail * bsize };
}

/** Hashes every file. @throws CacheRefusal when the path may not be read or the files are not those of the reference */
export async function registerInPlace({ path, modelRoots, reference, wanted, onBytes, signal }: RegistrationWish): Promise<Registration> {
  const found = await inspectPath(path, modelRoots);
  const names = new Set(wanted);
  const content = { ...found, files: names.size === 0 ? found.files : found.files.filter((file) => names.has(file.path)) };
  const files: ModelFile[] = [];
  const stamps: FileStamp[] = [];
  let before = 0;
  if (names.size > content.files.length) throw new CacheRefusal(`files of the model are not in ${path} any more: look at it again`);
  for (const file of content.files) {
    const fault = pathFault(file.path);
    if (fault !== undefined) throw new CacheRefusal(`the file name ${JSON.stringify(file.path)} ${fault}`);
    const { stamp, ...hashed } = await hashFile(content.root, file.path, (bytes) => onBytes(before + bytes), signal);
    files.push(hashed);
    stamps.push(stamp);
    before += hashed.bytes;
  }
  const digest = modelDigest(files);
  if (reference.manifestDigest !== '' && reference.manifestDigest !== digest) throw new CacheRefusal(`the files at ${path} are not those of the model ${reference.name}`);
  const { modelId, name } = reference;
  return { digest, content, entry: { modelId, name, bytes: before, inPlace: { root: content.root, stamps } }, manifest: { modelId, name, digest, totalBytes: before, files } };
}

/** A file that does not look any more as it did when it was hashed; undefined: all do. */
export async function changedFile({ root, stamps }: NonNullable<CacheEntry['inPlace']>): Promise<string | undefined> {
  for (const { path, bytes, modifiedMs } of stamps) {
    const now = await stat(join(root, path)).catch(() => undefined); // gone or out of reach: changed
    if (now?.size !== bytes || now.mtimeMs !== modifiedMs) return path;
  }
  return undefined;
}

async function insideRoots(path: string, modelRoots: readonly string[]): Promise<string> {
  if (modelRoots.length === 0) throw new CacheRefusal('the policy of this node names no directories that models may be registered from (modelRoots)');
  const real = await realpath(path).catch(() => undefined); // missing, or not ours to see
  const roots = await Promise.all(modelRoots.map((root) => realpath(root).catch(() => undefined)));
  const inside = real !== undefined && roots.some((root) => root !== undefined && (real === root || real.startsWith(`${root}${sep}`)));
  // The same words whether it exists or not: what lies elsewhere on the node is nobody's business.
  if (!inside) throw new CacheRefusal(`${path} is not inside the model roots of this node (${modelRoots.join(', ')})`);
  return real;
}

async function filesBelow(root: string): Promise<{ path: string; bytes: number }[]> {
  const files: { path: string; bytes: number }[] = [];
  const walk = async (directory: string, depth: number): Promise<void> => {
    if (depth > MAX_DEPTH) throw new CacheRefusal(`${root} is deeper than ${MAX_DEPTH} directories`);
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const path = join(directory, entry.name);
      if (entry.isDirectory()) await walk(path, depth + 1);
      else if (entry.isFile()) files.push({ path: relative(root, path).split(sep).join('/'), bytes: (await stat(path)).size });
      else if (entry.isSymbolicLink()) throw new CacheRefusal(`${path} is a link: put the file itself there`);
      if (files.length > MAX_FILES) throw new CacheRefusal(`${root} has more than ${MAX_FILES} files`);
    }
  };
  await walk(root, 0);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function headsOf(root: string, files: PathContent['files']): Promise<Map<string, Buffer>> {
  const heads = new Map<string, Buffer>();
  let left = MAX_HEADS;
  for (const { path, bytes } of [...files.filter((file) => TEXTS.test(file.path)), ...files.filter((file) => WEIGHTS.test(file.path))]) {
    const length = Math.min(bytes, TEXTS.test(path) ? MAX_TEXT_HEAD : MAX_BINARY_HEAD, left);
    if (length === 0) continue;
    const file = await open(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const data = Buffer.alloc(length);
      const { bytesRead } = await file.read(data, 0, length, 0);
      heads.set(path, data.subarray(0, bytesRead));
      left -= bytesRead;
    } finally {
      await file.close();
    }
  }
  return heads;
}

async function hashFile(root: string, path: string, onBytes: (bytes: number) => void, signal: AbortSignal): Promise<ModelFile & { stamp: FileStamp }> {
  const file = await open(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { size, mtimeMs } = await file.stat();
    const whole = createHash('sha256');
    const pieces: Buffer[] = [];
    const data = Buffer.allocUnsafe(Math.min(MODEL_PIECE_BYTES, Math.max(1, size)));
    for (let at = 0; at < size; ) {
      signal.throwIfAborted();
      let filled = 0;
      for (const wanted = Math.min(data.length, size - at); filled < wanted; ) {
        const { bytesRead } = await file.read(data, filled, wanted - filled, at + filled);
        if (bytesRead === 0) throw new CacheRefusal(`${path} changed while it was read`);
        filled += bytesRead;
      }
      whole.update(data.subarray(0, filled));
      pieces.push(createHash('sha256').update(data.subarray(0, filled)).digest());
      at += filled;
      onBytes(at);
    }
    return { path, bytes: size, sha256: whole.digest('hex'), pieceSha256: Buffer.concat(pieces), stamp: { path, bytes: size, modifiedMs: mtimeMs } };
  } finally {
    await file.close();
  }
}
