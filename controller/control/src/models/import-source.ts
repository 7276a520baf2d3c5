import { constants } from 'node:fs';
import { access, lstat, readdir, realpath } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { isManifestPath } from './manifest.js';

/** Why a path cannot be looked at; for people. */
export class ImportSourceError extends Error {}

export interface SourceFile {
  readonly path: string;
  readonly bytes: number;
  /** Where a link of this name leads to, inside the allowed roots; undefined: it is no link. */
  readonly linkTo?: string;
}

/** What lies at a path, before anybody judges it. */
export interface ImportSource {
  /** Directory that the files lie in. */
  readonly root: string;
  readonly files: readonly SourceFile[];
  /** Links that lead out of the allowed roots or nowhere. */
  readonly strayLinks: readonly string[];
  readonly unreadable: readonly string[];
  readonly tooMany: boolean;
  /** The one file that was named; undefined: a directory was. */
  readonly named?: string;
}

const MAX_FILES = 5_000;
const MAX_DEPTH = 3;

/**
 * Lists a path somebody wants to import: a file or a directory. Links are followed for the path itself, and below it only to
 * plain files, and the end must lie inside an allowed root.
 * @throws ImportSourceError
 */
export async function listSource(path: string, roots: readonly string[]): Promise<ImportSource> {
  const allowed = await realRoots(roots);
  const real = await insideRoots(path, allowed, roots);
  const stat = await lstat(real);
  if (stat.isFile()) {
    const name = basename(real);
    if (!isManifestPath(name)) throw new ImportSourceError('has a file name with characters that are not allowed');
    return { root: resolve(real, '..'), files: [{ path: name, bytes: stat.size }], strayLinks: [], unreadable: (await isReadable(real)) ? [] : [name], tooMany: false, named: name };
  }
  if (!stat.isDirectory()) throw new ImportSourceError('is neither a file nor a directory');
  return listDirectory(real, allowed);
}

async function listDirectory(root: string, allowed: readonly string[]): Promise<ImportSource> {
  const files: SourceFile[] = [];
  const strayLinks: string[] = [];
  const unreadable: string[] = [];
  const take = async (path: string, place: string, linkTo?: string): Promise<void> => {
    const stat = await lstat(place);
    if (!stat.isFile()) return;
    if (!(await isReadable(place))) unreadable.push(path);
    files.push({ path, bytes: stat.size, ...(linkTo === undefined ? {} : { linkTo }) });
  };
  const walk = async (directory: string, depth: number): Promise<void> => {
    const items = await readdir(directory, { withFileTypes: true }).catch(() => undefined);
    if (!items) unreadable.push(relative(root, directory) || '.');
    for (const item of items ?? []) {
      if (files.length > MAX_FILES) return;
      const full = join(directory, item.name);
      const path = relative(root, full).split(sep).join('/');
      if (item.isDirectory() && depth < MAX_DEPTH && !item.name.startsWith('.')) await walk(full, depth + 1);
      if (!isManifestPath(path)) continue;
      if (item.isFile()) await take(path, full);
      if (!item.isSymbolicLink()) continue;
      const target = await linkTarget(full, allowed);
      if (target === undefined) strayLinks.push(path);
      else await take(path, target, target);
    }
  };
  await walk(root, 0);
  return { root, files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), strayLinks: strayLinks.sort(), unreadable, tooMany: files.length > MAX_FILES };
}

async function realRoots(roots: readonly string[]): Promise<string[]> {
  const real = await Promise.all(roots.map((root) => realpath(root).catch(() => undefined)));
  return real.filter((root) => root !== undefined);
}

async function insideRoots(path: string, allowed: readonly string[], roots: readonly string[]): Promise<string> {
  if (!path.startsWith('/') || path.includes('\0')) throw new ImportSourceError('must be an absolute path of the management node');
  const real = await realpath(resolve(path)).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ImportSourceError(code === 'ENOENT' ? 'does not exist on the management node' : `cannot be read (${code ?? message})`);
  });
  if (isInside(real, allowed)) return real;
  throw new ImportSourceError(`lies outside the directories that models may be imported from: ${roots.join(', ') || 'none is configured (models.importRoots)'}`);
}

async function linkTarget(link: string, allowed: readonly string[]): Promise<string | undefined> {
  const real = await realpath(link).catch(() => undefined);
  return real !== undefined && isInside(real, allowed) ? real : undefined;
}

function isInside(real: string, allowed: readonly string[]): boolean {
  return allowed.some((root) => real === root || real.startsWith(root === sep ? sep : root + sep));
}

async function isReadable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(() => true, () => false);
}
