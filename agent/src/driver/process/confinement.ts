import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import type { EngineSpec } from '../driver.js';

const run = promisify(execFile);

/** What may be taken away from an engine, most first. Which of them works depends on the agent's own rights. */
const PRIVILEGE_PREFIXES: readonly (readonly string[])[] = [
  ['setpriv', '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all', '--ambient-caps=-all', '--'],
  ['setpriv', '--no-new-privs', '--inh-caps=-all', '--'],
  ['setpriv', '--no-new-privs', '--'],
];

/**
 * The strongest prefix this machine and this user can apply; empty without setpriv. An engine of a root agent
 * keeps uid 0 but no capability: it reads root's files that it must read and can change nothing of the system.
 */
export async function privilegePrefix(): Promise<readonly string[]> {
  for (const prefix of PRIVILEGE_PREFIXES) {
    const [program = '', ...args] = prefix;
    try {
      await run(program, [...args, 'true'], { timeout: 5000 });
      return prefix;
    } catch {
      continue; // not installed or not permitted: the next weaker one
    }
  }
  return [];
}

/**
 * The engine's command line with Node's permission model switched on when the engine is a Node program: it reads
 * its model, its key and the paths of the policy, writes nothing, starts nothing.
 */
export async function confinedCommandLine(spec: EngineSpec, directory: string): Promise<string[]> {
  const [program = '', ...rest] = spec.commandLine;
  if (!/^node(js)?$/.test(basename(program)) || !/\.[cm]?js$/.test(rest[0] ?? '')) return [...spec.commandLine];
  // Node asks for the right to every link on the way: the program is named by the place it really has.
  const [script = '', ...args] = rest;
  const own = await realPath(script);
  const readable = [spec.place.modelDir, spec.place.keyFile, directory, ...spec.readPaths];
  const places = new Set([own, ...readable, ...(await Promise.all(readable.map(realPath)))]);
  return [program, '--permission', '--disable-warning=SecurityWarning', ...[...places].map((path) => `--allow-fs-read=${path}`), '--allow-addons', own, ...args];
}

/** Of a link where it leads; a file that is not there yet is its own place. */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return path;
    throw error;
  }
}

/** Everything the engine's environment holds: nothing of the agent's own. */
export function engineEnvironment(spec: EngineSpec, directory: string): Record<string, string> {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: directory,
    TMPDIR: directory,
    LANG: 'C.UTF-8',
    CUDA_VISIBLE_DEVICES: spec.gpuUuids.join(','),
    // vLLM's sockets would lie in TMPDIR, and the name of a socket has at most 107 bytes: our directories alone take most of them. This is their working directory.
    VLLM_RPC_BASE_PATH: '.',
    ...spec.env,
  };
}
