import { createHash } from 'node:crypto';

export interface ManifestFile {
  /** Relative, "/"-separated. */
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** The same files give the same digest, whoever lists them: sorted by path, one `sha256 bytes path` line each. */
export function manifestDigest(files: readonly ManifestFile[]): string {
  const lines = [...files].sort((a, b) => (a.path < b.path ? -1 : 1)).map(({ path, bytes, sha256 }) => `${sha256} ${bytes} ${path}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** Whether a path may stand in a manifest: relative, NFC, no `..`, no control characters, parts of at most 255 bytes. */
export function isManifestPath(path: string): boolean {
  if (path === '' || path.startsWith('/') || path !== path.normalize('NFC') || /[\\\p{Cc}:]/u.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && Buffer.byteLength(part) <= 255);
}
