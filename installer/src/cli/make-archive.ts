import { InvalidArgumentError, type Command } from 'commander';
import { resolve } from 'node:path';
import { buildArchive } from '../agent-archive/index.js';
import type { Clone } from '../install/index.js';

export interface ArchiveOptions {
  readonly arch: 'x64' | 'arm64';
  readonly release: string;
  readonly key?: string;
  readonly out?: string;
}

export function withArchiveOptions(command: Command, version: string): Command {
  return command
    .option('--arch <architecture>', 'x64 or arm64', parseArch, process.arch === 'arm64' ? 'arm64' : 'x64')
    .option('--release <version>', 'version the agent carries, like 1.2.3', parseVersion, version)
    .option('--key <file>', 'Ed25519 private key in PEM form that signs it (default: $OPENSTATION_RELEASE_KEY, else this checkout\'s own in .release-key/)')
    .option('--out <directory>', 'where to put it (default: agent-archives/ in the clone, from where the controller hands it out)');
}

export async function makeArchive(clone: Clone, options: ArchiveOptions, caller: { env: Readonly<Record<string, string | undefined>>; cwd: string; signal: AbortSignal; print: (text: string) => void }): Promise<void> {
  const given = options.key ?? caller.env['OPENSTATION_RELEASE_KEY'];
  const started = performance.now();
  const built = await buildArchive(
    clone,
    { arch: options.arch, version: options.release, keyFile: given === undefined || given === '' ? undefined : resolve(caller.cwd, given), directory: options.out === undefined ? clone.agentArchives : resolve(caller.cwd, options.out), signal: caller.signal },
    (what) => caller.print(`  · ${what}\n`),
  );
  const how = built.upToDate ? 'up to date' : `made in ${((performance.now() - started) / 1000).toFixed(1)} s`;
  caller.print(`  ✓ ${built.path}\n    agent ${built.version} for ${built.arch}, ${(built.bytes / 1e6).toFixed(1)} MB, ${how}\n    sha256 ${built.sha256}\n`);
}

function parseArch(text: string): string {
  if (text !== 'x64' && text !== 'arm64') throw new InvalidArgumentError('must be x64 or arm64.');
  return text;
}

function parseVersion(text: string): string {
  if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z]+(\.[0-9A-Za-z]+)*)?$/.test(text)) throw new InvalidArgumentError('must be a version like 1.2.3.');
  return text;
}
