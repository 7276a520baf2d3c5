import { open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { readJsonFile } from '@openstation/kit';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { ManifestFile } from '../../models/index.js';
import { PROGRESS_NAME } from './progress-file.js';

export const MANIFEST_NAME = 'MANIFEST';

export interface Origin {
  readonly hub: string;
  readonly repository: string;
  readonly revision: string;
}

const manifestSchema = z.object({
  version: z.literal(1), hub: z.string(), repository: z.string(), revision: z.string(),
  files: z.array(z.object({ path: z.string(), bytes: z.number(), sha256: z.string() })),
});

/** Makes a complete work directory the model's, by one rename after everything is on the disk. */
export async function publish(work: string, target: string, origin: Origin, files: readonly ManifestFile[]): Promise<void> {
  await removeOthers(work, files);
  const manifest = join(work, MANIFEST_NAME);
  await writeFile(manifest, `${JSON.stringify({ version: 1, ...origin, files }, null, 1)}\n`, { mode: 0o644 });
  await syncPath(manifest);
  for (const directory of await directoriesOf(work)) await syncPath(directory);
  await rename(work, target);
  await syncPath(dirname(target));
  await rm(join(target, PROGRESS_NAME), { force: true });
}

/**
 * The files of a directory that was published before the row could say so; undefined when there is none, or it is not of
 * this origin. Only a rename after everything was synced puts a directory there, so sizes are enough.
 */
export async function publishedFiles(target: string, origin: Origin): Promise<ManifestFile[] | undefined> {
  const parsed = manifestSchema.safeParse(await readJsonFile(join(target, MANIFEST_NAME)).catch(() => undefined));
  if (!parsed.success) return undefined;
  const { hub, repository, revision, files } = parsed.data;
  if (hub !== origin.hub || repository !== origin.repository || revision !== origin.revision) return undefined;
  for (const { path, bytes } of files) if ((await stat(join(target, path)).catch(() => undefined))?.size !== bytes) return undefined;
  await rm(join(target, PROGRESS_NAME), { force: true });
  return files;
}

/** A process that was killed leaves half-written files of its own, which are no part of the model. The progress stays until it is published. */
async function removeOthers(work: string, files: readonly ManifestFile[]): Promise<void> {
  const kept = new Set([PROGRESS_NAME, ...files.map(({ path }) => path)].map((path) => join(work, path)));
  for (const entry of await readdir(work, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isDirectory() && !kept.has(path)) await rm(path, { force: true });
  }
}

async function directoriesOf(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return [...entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name)), root];
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
