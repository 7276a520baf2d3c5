import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { Clone } from '../install/index.js';
import { sharedLibraries } from '../shared-libraries/index.js';

export interface ArchiveFile {
  /** Inside the archive's folder. */
  readonly path: string;
  readonly executable: boolean;
  readonly content: () => Buffer;
}

/** What an archive is made from; all of one architecture. */
export interface ArchiveParts {
  readonly node: string;
  /** Root of the system whose C libraries come along. */
  readonly system: string;
  /** The packaged engine with its packages. */
  readonly engine: string;
  /** The bundle with version and keys built in. */
  readonly agent: string;
}

/** Of the engine's packages: what only people, compilers and other tools read. */
const LEFT_OUT = /(^|\/)(test|project\.json|vitest\.config\.mjs|\.npmrc|\.package-lock\.json|package-lock\.json|\.bin|\.openstation-stamp)(\/|$)|\.(d\.[cm]?ts|map|md|markdown|tsbuildinfo)$|^node_modules\/node-llama-cpp\/(llama\/(?!binariesGithubRelease|llama\.cpp\.info|grammars)|templates\/)/;

/** All files but manifest, statement and signature, sorted by path. */
export function archiveFiles(clone: Clone, parts: ArchiveParts): ArchiveFile[] {
  const scripts = join(clone.root, 'agent/artefact');
  const engine = filesBelow(parts.engine).filter((path) => !LEFT_OUT.test(relative(parts.engine, path)));
  const binaries = engine.filter((path) => /\.(node|so(\.[\w.]+)?)$/.test(path));
  // One place for all: the same library may have been found by two paths.
  const libraries = new Map([...sharedLibraries([parts.node, ...binaries], parts.system)].map(([path, source]) => [/^ld-linux/.test(basename(path)) ? 'ld.so' : basename(path), source]));
  const files = [
    fromDisk('LICENSE', join(clone.root, 'LICENSE')),
    ...['install.sh', 'uninstall.sh', 'start.sh', 'watchdog.sh'].map((name) => ({ ...fromDisk(name, join(scripts, name)), executable: true })),
    { ...fromDisk('check-release.cjs', join(scripts, 'check-release.cjs')), executable: false },
    fromDisk('openstation-agent.service', join(scripts, 'openstation-agent.service')),
    ...['openstation-agent', 'node'].map((name) => ({ ...fromDisk(`bin/${name}`, join(scripts, 'bin', name)), executable: true })),
    fromDisk('agent/agent.cjs', parts.agent),
    { ...fromDisk('lib/node', parts.node), executable: true },
    ...[...libraries].map(([name, source]) => ({ ...fromDisk(`lib/${name}`, source), executable: true })),
    ...engine.map((path) => fromDisk(`engines/llama-cpp/${relative(parts.engine, path)}`, path)),
  ];
  return files.sort((one, other) => (one.path < other.path ? -1 : 1));
}

function fromDisk(path: string, source: string): ArchiveFile {
  return { path, executable: (statSync(source).mode & 0o111) !== 0, content: () => readFileSync(source) };
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
