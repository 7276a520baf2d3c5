import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ARCHIVE_FOLDER, RELEASE_FILES, type ReleaseFile, type ReleaseStatement } from '@openstation/proto';
import { extract } from 'tar-stream';
import * as z from 'zod';

/** The archive is not what its signed statement says. */
export class ArchiveError extends Error {}

const MAX_FILES = 10_000;
const MAX_BYTES = 1024 * 1024 * 1024;
const MAX_MANIFEST_BYTES = 8 * 1024 * 1024;
/** One name of a path: nothing hidden, nothing that means something to a file system. */
const PATH = /^(?!.*(^|\/)\.\.?(\/|$))[A-Za-z0-9@._+-]+(\/[A-Za-z0-9@._+-]+)*$/;

const manifestSchema = z.object({
  version: z.string(),
  arch: z.string(),
  files: z.array(z.object({ path: z.string().regex(PATH), bytes: z.number().int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/), executable: z.boolean() })).max(MAX_FILES),
});

interface Unpacked {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Unpacks a release into a new directory and compares every file with the manifest that the statement vouches for.
 * Only plain files and folders below the archive's one folder are taken; rights come from the manifest. After an error
 * the directory is gone.
 * @throws ArchiveError
 */
export async function unpackRelease(archive: string, directory: string, statement: ReleaseStatement, manifestText: (path: string) => Promise<string>): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o755 });
  try {
    const found = await unpackAll(archive, directory);
    if (found.get(RELEASE_FILES.manifest)?.sha256 !== statement.manifestSha256) throw new ArchiveError('the list of files is not the signed one');
    const manifest = parseManifest(await manifestText(join(directory, RELEASE_FILES.manifest)));
    if (manifest.version !== statement.version || manifest.arch !== statement.arch) throw new ArchiveError('the list of files is of another release');
    compare(manifest.files, found);
    await setRights(directory, manifest.files);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** Exactly these, whatever this process's umask takes away when files are made. */
async function setRights(directory: string, files: readonly ReleaseFile[]): Promise<void> {
  for (const name of Object.values(RELEASE_FILES)) await chmod(join(directory, name), 0o644);
  for (const { path, executable } of files) await chmod(join(directory, path), executable ? 0o755 : 0o644);
  for (const folder of new Set(files.flatMap(({ path }) => foldersOf(path)))) await chmod(join(directory, folder), 0o755);
}

/** The folders a file lies in, '' (the release's own) included. */
function foldersOf(path: string): string[] {
  return path.split('/').map((_, index, names) => names.slice(0, index).join('/'));
}

async function unpackAll(archive: string, directory: string): Promise<Map<string, Unpacked>> {
  const found = new Map<string, Unpacked>();
  let total = 0;
  const tar = extract();
  const reading = pipeline(createReadStream(archive), createGunzip(), tar).catch((error: unknown) => {
    throw new ArchiveError(`the archive cannot be read: ${(error as Error).message}`);
  });
  const taking = (async () => {
    for await (const entry of tar) {
      const { name, type, size } = entry.header;
      const path = pathInside(name, type === 'directory');
      if (type === 'directory') {
        entry.resume();
        continue;
      }
      if (type !== 'file') throw new ArchiveError(`${name} is neither a file nor a folder`);
      total += size;
      if (found.has(path)) throw new ArchiveError(`${name} is in the archive twice`);
      if (found.size >= MAX_FILES || total > MAX_BYTES) throw new ArchiveError('the archive holds more than a release may');
      if (path === RELEASE_FILES.manifest && size > MAX_MANIFEST_BYTES) throw new ArchiveError('the list of files is too long');
      found.set(path, await writeEntry(entry as AsyncIterable<Buffer>, join(directory, path)));
    }
  })();
  const [read, taken] = await Promise.allSettled([reading, taking]);
  if (taken.status === 'rejected') throw taken.reason instanceof ArchiveError ? taken.reason : new ArchiveError(`the archive cannot be read: ${(taken.reason as Error).message}`);
  if (read.status === 'rejected') throw read.reason;
  return found;
}

/** @throws ArchiveError for everything outside the archive's folder */
function pathInside(name: string, isDirectory: boolean): string {
  const plain = isDirectory ? name.replace(/\/$/, '') : name;
  if (isDirectory && plain === ARCHIVE_FOLDER) return '';
  const path = plain.startsWith(`${ARCHIVE_FOLDER}/`) ? plain.slice(ARCHIVE_FOLDER.length + 1) : '';
  if (!PATH.test(path)) throw new ArchiveError(`the archive has an entry of the name ${JSON.stringify(name.slice(0, 200))}, which no release has`);
  return path;
}

async function writeEntry(entry: AsyncIterable<Buffer>, path: string): Promise<Unpacked> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const hash = createHash('sha256');
  let bytes = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(entry, counting, createWriteStream(path, { flags: 'wx', mode: 0o644 }));
  return { bytes, sha256: hash.digest('hex') };
}

function parseManifest(text: string): z.infer<typeof manifestSchema> {
  const parsed = manifestSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new ArchiveError('the list of files cannot be understood');
  return parsed.data;
}

function compare(files: readonly ReleaseFile[], found: ReadonlyMap<string, Unpacked>): void {
  const unlisted = new Set(found.keys());
  for (const name of Object.values(RELEASE_FILES)) unlisted.delete(name);
  for (const { path, bytes, sha256 } of files) {
    const one = found.get(path);
    if (!one) throw new ArchiveError(`${path} is missing in the archive`);
    if (one.bytes !== bytes || one.sha256 !== sha256) throw new ArchiveError(`${path} is not the file that was signed`);
    unlisted.delete(path);
  }
  const [extra] = unlisted;
  if (extra !== undefined) throw new ArchiveError(`${extra} is in the archive, but not on the signed list`);
}
