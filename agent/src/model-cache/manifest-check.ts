import { modelDigest, type ModelManifest, type ModelReference } from '@openstation/proto';
import { ModelFetchError } from './model-source.js';

const DIGEST = /^(?:sha256:)?([0-9a-f]{64})$/;
const MAX_FILES = 20_000;
const MAX_PART_BYTES = 255;

/** Directory name of a model in the cache. @throws ModelFetchError when the digest is none */
export function cacheName(manifestDigest: string): string {
  const hex = DIGEST.exec(manifestDigest)?.[1];
  if (hex === undefined) throw new ModelFetchError(`"${manifestDigest.slice(0, 80)}" is not a sha256 digest`);
  return hex;
}

/**
 * A manifest is foreign data that decides where files are written: every path must be plain and unique, every
 * digest well formed, and its files must be those that the digest names.
 * @throws ModelFetchError
 */
export function checkManifest(manifest: ModelManifest, reference: ModelReference): void {
  if (manifest.files.length === 0 || manifest.files.length > MAX_FILES) throw new ModelFetchError(`a manifest of ${manifest.files.length} files is not acceptable`);
  const seen = new Set<string>();
  for (const file of manifest.files) {
    const fault = pathFault(file.path);
    if (fault !== undefined) throw new ModelFetchError(`manifest path ${JSON.stringify(file.path.slice(0, 120))} ${fault}`);
    const folded = file.path.toLowerCase();
    if (seen.has(folded)) throw new ModelFetchError(`manifest path ${JSON.stringify(file.path)} appears twice`);
    seen.add(folded);
    if (!/^[0-9a-f]{64}$/.test(file.sha256)) throw new ModelFetchError(`manifest entry ${file.path} has no sha256`);
    if (!Number.isSafeInteger(file.bytes) || file.bytes < 0) throw new ModelFetchError(`manifest entry ${file.path} has no usable size`);
  }
  if (modelDigest(manifest.files) !== cacheName(reference.manifestDigest)) {
    throw new ModelFetchError(`the library's files of model ${reference.name} are not those the service was planned with: deploy it again`);
  }
  checkEntry(manifest, reference.entry);
}

export function pathFault(path: string): string | undefined {
  if (path === '' || path.startsWith('/') || path !== path.normalize('NFC')) return 'is not a relative path in normal form';
  if (/[\\\p{Cc}:]/u.test(path)) return 'contains a forbidden character';
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'leaves its directory';
  if (parts.some((part) => Buffer.byteLength(part) > MAX_PART_BYTES)) return 'has a part that is too long';
  return undefined;
}

function checkEntry(manifest: ModelManifest, entry: string): void {
  if (entry === '') return;
  const inside = manifest.files.some((file) => file.path === entry || file.path.startsWith(`${entry}/`));
  if (!inside || pathFault(entry) !== undefined) throw new ModelFetchError(`the model has no file or directory "${entry.slice(0, 120)}"`);
}
