import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readElf } from './elf.js';

/** Where the loader looks without being told; the order is the loader's. */
const SYSTEM_PATHS = ['/lib/x86_64-linux-gnu', '/usr/lib/x86_64-linux-gnu', '/lib/aarch64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/lib64', '/usr/lib64', '/lib', '/usr/lib'];
/** Loaded by the C library at run time, for names and addresses. */
const LOADED_LATE = ['libnss_files.so.2', 'libnss_dns.so.2', 'libresolv.so.2'];

/**
 * Every shared library and the loader that the given programs and libraries need, as path → file to read. Those that
 * are found beside the file that needs them come with it and are left out. `system` is where the libraries' system
 * begins: not this machine's root for programs of another architecture.
 * @throws Error naming a library that is nowhere
 */
export function sharedLibraries(files: readonly string[], system = '/'): Map<string, string> {
  const found = new Map<string, string>();
  const queue = [...files];
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const needs = readElf(readFileSync(file));
    if (!needs) continue;
    if (needs.interpreter !== undefined) found.set(needs.interpreter, fileOf(system, needs.interpreter));
    for (const name of [...needs.libraries, ...(needs.interpreter === undefined ? [] : LOADED_LATE)]) {
      if (beside(file, needs.searchPaths, name) !== undefined) continue;
      const path = SYSTEM_PATHS.map((directory) => join(directory, name)).find((candidate) => existsSync(join(system, candidate)));
      if (path === undefined) {
        if (LOADED_LATE.includes(name)) continue; // newer C libraries have these built in
        throw new Error(`${file} needs ${name}, which is in none of ${SYSTEM_PATHS.join(', ')}${system === '/' ? '' : ` below ${system}`}`);
      }
      if (found.has(path)) continue;
      const source = fileOf(system, path);
      found.set(path, source);
      queue.push(source);
    }
  }
  return found;
}

/** Absolute links inside another system's root begin at that root. */
function fileOf(system: string, path: string): string {
  const direct = join(system, path);
  if (system === '/') return realpathSync(direct);
  const usrMerged = join(system, 'usr', path);
  return realpathSync(existsSync(direct) ? direct : usrMerged);
}

function beside(file: string, searchPaths: readonly string[], name: string): string | undefined {
  const origin = dirname(file);
  return searchPaths.map((path) => join(path.replaceAll(/\$\{?ORIGIN\}?/g, origin), name)).find((path) => path.startsWith(`${origin}/`) && existsSync(path));
}
