import { execFile } from 'node:child_process';
import { createHash, type KeyObject } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readJsonFile, writeFileAtomic } from '@openstation/kit';
import { archiveName, compareVersions, publicKeyText, type AgentArchitecture, type ArchiveCard } from '@openstation/proto';
import type { Clone } from '../install/index.js';
import { archiveFiles, type ArchiveParts } from './archive-files.js';
import { releaseKey } from './release-key.js';
import { foreignParts, ownParts } from './system-parts.js';
import { writeArchive } from './write-archive.js';

const run = promisify(execFile);
const BUNDLING_MS = 120_000;
/** Older archives are for nobody: agents only ever go forward. */
const KEPT_VERSIONS = 2;

export interface ArchiveWish {
  readonly arch: AgentArchitecture;
  readonly version: string;
  /** File of a release key that is not the checkout's own. */
  readonly keyFile: string | undefined;
  readonly directory: string;
  /** Ends the work; nothing of it stays. */
  readonly signal: AbortSignal;
}

export interface BuiltArchive extends ArchiveCard {
  readonly path: string;
  /** It was there already and nothing it is made from has changed. */
  readonly upToDate: boolean;
}

/**
 * Makes the agent's archive, unless the one that is there was made from the same.
 * @throws UserError when a part of it cannot be had; the signal's reason when it fires
 */
export async function buildArchive(clone: Clone, wish: ArchiveWish, tell: (what: string) => void): Promise<BuiltArchive> {
  const { arch, version, directory, signal } = wish;
  const key = await releaseKey(clone.root, wish.keyFile);
  const path = join(directory, archiveName(version, arch));
  const inputs = await inputsDigest(clone, wish, key);
  const known = await readJsonFile<ArchiveCard>(`${path}.json`);
  if (known?.inputs === inputs) return { ...known, path, upToDate: true };
  await mkdir(directory, { recursive: true });
  const work = await mkdtemp(join(tmpdir(), 'openstation-archive-'));
  try {
    tell('bundling the agent');
    const agent = join(work, 'agent.cjs');
    await run(process.execPath, [join(clone.root, 'agent/build.mjs'), '--outfile', agent, '--version', version, '--release-key', publicKeyText(key)], { timeout: BUNDLING_MS, cwd: join(clone.root, 'agent'), signal });
    const parts: ArchiveParts = { ...(arch === process.arch ? ownParts(clone) : await foreignParts(clone, arch, work, tell)), agent };
    signal.throwIfAborted();
    tell('packing');
    // The card of another archive must not stand beside this one, not even for a moment.
    await rm(`${path}.json`, { force: true });
    const written = await writeArchive(path, archiveFiles(clone, parts), { version, arch, key }, signal);
    const card: ArchiveCard = { version, arch, ...written, builtAt: new Date().toISOString(), inputs };
    await writeFileAtomic(`${path}.json`, `${JSON.stringify(card, null, 1)}\n`, 0o644);
    await dropOlder(directory, arch);
    return { ...card, path, upToDate: false };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Small files only: it is asked after every start. The built agent stands for its sources. */
async function inputsDigest(clone: Clone, { arch, version }: ArchiveWish, key: KeyObject): Promise<string> {
  const scripts = join(clone.root, 'agent/artefact');
  const files = [
    clone.agentMain, join(clone.root, 'agent/build.mjs'), join(clone.root, 'tools/node/package-lock.json'), join(clone.engineDirectory, 'package-lock.json'),
    ...(await filesBelow(scripts)), ...(await filesBelow(join(clone.engineDirectory, 'src'))), join(clone.engineDirectory, 'server.mjs'),
  ];
  const hash = createHash('sha256').update(`2 ${arch} ${version} ${process.version} ${publicKeyText(key)}\n`);
  for (const file of files) hash.update(await readFile(file)).update('\0');
  return hash.digest('hex');
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();
}

async function dropOlder(directory: string, arch: AgentArchitecture): Promise<void> {
  const cards = await Promise.all((await readdir(directory)).filter((name) => name.endsWith(`-linux-${arch}.tar.gz.json`)).map((name) => readJsonFile<ArchiveCard>(join(directory, name))));
  const versions = cards.flatMap((card) => (card ? [card.version] : [])).sort((one, other) => compareVersions(other, one));
  for (const version of versions.slice(KEPT_VERSIONS)) {
    await rm(join(directory, `${archiveName(version, arch)}.json`), { force: true });
    await rm(join(directory, archiveName(version, arch)), { force: true });
  }
}
