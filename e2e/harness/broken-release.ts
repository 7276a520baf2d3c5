import { createHash, createPrivateKey } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ARCHIVE_FOLDER, RELEASE_FILES, archiveName, formatStatement, parseStatement, signStatement, type ArchiveCard, type ReleaseFile } from '@openstation/proto';
import { run } from './run.js';

/**
 * A properly signed release of another version whose agent is the given program: what a release that passes every
 * check and still does not work looks like. Made from the archive in the same directory.
 */
export async function makeBrokenRelease(directory: string, card: ArchiveCard, version: string, agent: string, keyFile: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'openstation-broken-'));
  try {
    await run(['tar', '-xzf', join(directory, archiveName(card.version, card.arch)), '-C', work], { timeoutMs: 60_000 });
    const folder = join(work, ARCHIVE_FOLDER);
    await writeFile(join(folder, 'agent/agent.cjs'), agent);
    const manifest = JSON.parse(await readFile(join(folder, RELEASE_FILES.manifest), 'utf8')) as { files: ReleaseFile[] };
    const files = manifest.files.map((file) => (file.path === 'agent/agent.cjs' ? { ...file, bytes: Buffer.byteLength(agent), sha256: digest(Buffer.from(agent)) } : file));
    const text = JSON.stringify({ version, arch: card.arch, files });
    const statement = formatStatement({ version, arch: card.arch, manifestSha256: digest(Buffer.from(text)) });
    if (!parseStatement(statement)) throw new Error(`${version} is no version`);
    const signature = signStatement(statement, createPrivateKey(await readFile(keyFile, 'utf8'))).toString('base64');
    await writeFile(join(folder, RELEASE_FILES.manifest), text);
    await writeFile(join(folder, RELEASE_FILES.statement), statement);
    await writeFile(join(folder, RELEASE_FILES.signature), `${signature}\n`);
    const path = join(directory, archiveName(version, card.arch));
    await run(['tar', '-czf', path, '-C', work, ARCHIVE_FOLDER], { timeoutMs: 120_000 });
    const made: ArchiveCard = { version, arch: card.arch, bytes: (await stat(path)).size, sha256: digest(await readFile(path)), statement, signature, builtAt: new Date().toISOString(), inputs: 'broken' };
    await writeFile(`${path}.json`, JSON.stringify(made));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
