import { createHash, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { ARCHIVE_FOLDER, RELEASE_FILES, formatStatement, signStatement, type AgentArchitecture, type ReleaseFile } from '@openstation/proto';
import { pack, type Pack } from 'tar-stream';
import type { ArchiveFile } from './archive-files.js';

export interface WrittenArchive {
  readonly bytes: number;
  readonly sha256: string;
  readonly statement: string;
  readonly signature: string;
}

/** Writes a signed archive. Same files, version and key: same bytes. It appears at `path` whole or not at all. */
export async function writeArchive(path: string, files: readonly ArchiveFile[], release: { version: string; arch: AgentArchitecture; key: KeyObject }, signal: AbortSignal): Promise<WrittenArchive> {
  const manifest = Buffer.from(`${JSON.stringify({ version: release.version, arch: release.arch, files: files.map(listed) }, null, 1)}\n`);
  const statement = formatStatement({ ...release, manifestSha256: sha256(manifest) });
  const signature = signStatement(statement, release.key).toString('base64');
  const fixed = (name: string, text: Buffer): ArchiveFile => ({ path: name, executable: false, content: () => text });
  const all = [
    fixed(RELEASE_FILES.statement, Buffer.from(statement)), fixed(RELEASE_FILES.signature, Buffer.from(`${signature}\n`)), fixed(RELEASE_FILES.manifest, manifest), ...files,
  ];
  const part = `${path}.part`;
  try {
    const tar = pack();
    await Promise.all([pipeline(tar, createGzip({ level: 9 }), createWriteStream(part), { signal }), fill(tar, all, signal)]);
    const { size } = await stat(part);
    const digest = await sha256Of(part);
    signal.throwIfAborted();
    await rename(part, path);
    return { bytes: size, sha256: digest, statement, signature };
  } finally {
    await rm(part, { force: true });
  }
}

function listed({ path, executable, content }: ArchiveFile): ReleaseFile {
  const bytes = content();
  return { path, bytes: bytes.length, sha256: sha256(bytes), executable };
}

/** No times and no owners of this machine. */
async function fill(tar: Pack, files: readonly ArchiveFile[], signal: AbortSignal): Promise<void> {
  const mtime = new Date(0);
  const folders = new Set(files.flatMap(({ path }) => foldersOf(`${ARCHIVE_FOLDER}/${path}`)));
  for (const name of [...folders].sort()) tar.entry({ name: `${name}/`, type: 'directory', mode: 0o755, mtime, uid: 0, gid: 0 });
  for (const { path, executable, content } of files) {
    const bytes = content();
    const entry = tar.entry({ name: `${ARCHIVE_FOLDER}/${path}`, mode: executable ? 0o755 : 0o644, size: bytes.length, mtime, uid: 0, gid: 0 });
    const drained = once(entry, 'finish', { signal });
    entry.end(bytes);
    await drained;
  }
  tar.finalize();
}

function foldersOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
