import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AgentArchitecture } from '@openstation/proto';
import { UserError, type Clone } from '../install/index.js';
import type { ArchiveParts } from './archive-files.js';

const run = promisify(execFile);
const FETCH_MS = 300_000;
const EX_UNAVAILABLE = 69;
const DEBIAN_NAMES: Readonly<Record<AgentArchitecture, string>> = { x64: 'amd64', arm64: 'arm64' };
/** What Node and the engine need besides each other. */
const PACKAGES = ['libc6', 'libgcc-s1', 'libstdc++6', 'libgomp1'];
const SUITE = 'bookworm';

/** The runtime and libraries of this machine. */
export function ownParts(clone: Clone): Omit<ArchiveParts, 'agent'> {
  return { node: process.execPath, system: '/', engine: clone.engineDirectory };
}

/**
 * Runtime, engine and C libraries of another architecture: the pinned packages by npm, the libraries from Debian by
 * apt, which checks their signatures. Nothing of it runs here.
 * @throws UserError when npm, apt or the mirror cannot give them
 */
export async function foreignParts(clone: Clone, arch: AgentArchitecture, work: string, tell: (what: string) => void): Promise<Omit<ArchiveParts, 'agent'>> {
  tell(`fetching Node for ${arch}`);
  const pinned = await pinnedVersion(join(clone.root, 'tools/node/package.json'), `node-linux-${arch}`);
  const node = await npmPackage(`node-linux-${arch}@${pinned}`, join(work, 'node'));
  tell(`fetching the engine's libraries for ${arch}`);
  const engine = join(work, 'engine');
  await cp(clone.engineDirectory, engine, { recursive: true, filter: (source) => !source.includes('/node_modules/@node-llama-cpp/') });
  const llama = await pinnedVersion(join(clone.engineDirectory, 'package.json'), 'node-llama-cpp');
  await mkdir(join(engine, 'node_modules/@node-llama-cpp'), { recursive: true });
  await cp(await npmPackage(`@node-llama-cpp/linux-${arch}@${llama}`, join(work, 'llama')), join(engine, 'node_modules/@node-llama-cpp', `linux-${arch}`), { recursive: true });
  tell(`fetching C libraries for ${arch}`);
  return { node: join(node, 'bin/node'), engine, system: await debianLibraries(arch, join(work, 'debian')) };
}

async function pinnedVersion(file: string, name: string): Promise<string> {
  const { dependencies, optionalDependencies } = JSON.parse(await readFile(file, 'utf8')) as Record<string, Record<string, string> | undefined>;
  const version = dependencies?.[name] ?? optionalDependencies?.[name];
  if (version === undefined) throw new Error(`${file} pins no ${name}`);
  return version;
}

/** @returns the directory of the unpacked package */
async function npmPackage(name: string, directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  await fetching(name, 'npm', ['pack', '--silent', '--pack-destination', directory, name], directory);
  const [archive = ''] = (await readdir(directory)).filter((file) => file.endsWith('.tgz'));
  await run('tar', ['-xzf', join(directory, archive), '-C', directory], { timeout: FETCH_MS });
  return join(directory, 'package');
}

/** A root with nothing in it but the libraries. apt works in directories of its own: this machine's lists stay as they are. */
async function debianLibraries(arch: AgentArchitecture, directory: string): Promise<string> {
  const [root, lists, cache] = ['root', 'lists', 'cache'].map((name) => join(directory, name)) as [string, string, string];
  for (const path of [root, join(lists, 'partial'), join(cache, 'archives/partial')]) await mkdir(path, { recursive: true });
  await writeFile(join(directory, 'status'), '');
  await writeFile(join(directory, 'sources.list'), `deb ${await debianMirror()} ${SUITE} main\n`);
  const own = Object.entries({
    'APT::Architecture': DEBIAN_NAMES[arch], 'APT::Architectures': DEBIAN_NAMES[arch], 'Dir::State::Lists': lists, 'Dir::State::status': join(directory, 'status'), 'Dir::Cache': cache,
    'Dir::Etc::SourceList': join(directory, 'sources.list'), 'Dir::Etc::SourceParts': '/dev/null', 'APT::Sandbox::User': 'root', 'Acquire::Languages': 'none',
  }).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  await fetching('Debian package lists', 'apt-get', [...own, '-qq', 'update'], directory);
  const packages = join(directory, 'packages');
  await mkdir(packages);
  await fetching(PACKAGES.join(', '), 'apt-get', [...own, '-qq', 'download', ...PACKAGES], packages);
  for (const file of await readdir(packages)) await run('dpkg-deb', ['-x', join(packages, file), root], { timeout: FETCH_MS });
  return root;
}

/** The mirror this machine's own apt uses. */
async function debianMirror(): Promise<string> {
  const { stdout } = await fetching('the Debian mirror', 'apt-get', ['indextargets', '--format', '$(SITE) $(ORIGIN)', 'Identifier: Packages'], '/');
  const mirror = stdout.split('\n').find((line) => line.endsWith(' Debian'))?.split(' ')[0];
  if (mirror === undefined) throw new UserError('an archive for another architecture needs C libraries from Debian, and this machine\'s apt has no Debian mirror', EX_UNAVAILABLE);
  return mirror;
}

async function fetching(what: string, program: string, args: readonly string[], cwd: string): Promise<{ stdout: string }> {
  try {
    return await run(program, args, { timeout: FETCH_MS, cwd, maxBuffer: 2 ** 24 });
  } catch (error) {
    const said = ((error as { stderr?: string }).stderr ?? '').trim().split('\n').slice(-3).join(' ');
    throw new UserError(`${what} could not be fetched with ${program}: ${said || (error as Error).message}`, EX_UNAVAILABLE);
  }
}
