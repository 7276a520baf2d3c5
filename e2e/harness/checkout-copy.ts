import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { REPOSITORY } from './paths.js';
import { run } from './run.js';

/** Built results, copied so that a build in the copy cannot reach the original. */
const BUILT = ['proto/dist', 'kit/dist', 'member/dist', 'controller/control/dist', 'controller/gateway/dist', 'agent/dist', 'web/dist', 'installer/dist'];
/** Installed packages: many and never written in place, so linked. */
const PACKAGES = ['node_modules', 'tools/node/node_modules', 'engines/llama-cpp/node_modules'];
/** Notes of ./openstation about what it installed; the copy makes its own. */
const STAMPS = PACKAGES.map((directory) => join(directory, '.openstation-stamp'));

/**
 * This checkout as a fresh clone would be after set-up and build, in another place: committed and new files, what was
 * built, what was installed. Data directories and caches stay behind.
 */
export async function copyCheckout(target: string): Promise<void> {
  mkdirSync(target, { recursive: true });
  await run(['bash', '-c', 'set -euo pipefail; cd "$1"; git ls-files -z --cached --others --exclude-standard --deduplicate | { grep -zv "^e2e/artifacts/" || true; } | while IFS= read -r -d "" file; do [ ! -e "$file" ] || printf "%s\\0" "$file"; done | tar --null -T - -cf - | tar -C "$2" -xf -', '-', REPOSITORY, target]);
  for (const directory of [...BUILT, ...PACKAGES]) {
    if (!existsSync(join(REPOSITORY, directory))) continue;
    mkdirSync(dirname(join(target, directory)), { recursive: true });
    await copyTree(join(REPOSITORY, directory), join(target, directory), PACKAGES.includes(directory));
  }
  await run(['rm', '-f', ...STAMPS.map((stamp) => join(target, stamp))]);
  // The runtime is there, too; without its stamp ./openstation would fetch it again.
  const lock = readFileSync(join(target, 'tools/node/package-lock.json'));
  writeFileSync(join(target, 'tools/node/node_modules/.openstation-stamp'), `${createHash('sha256').update(lock).digest('hex')}\n`);
}

/** Gives a copy and what lies around it to a user. Linked packages stay whose they are: they need only be read. */
export async function giveTo(user: number, directory: string): Promise<void> {
  await run(['find', directory, '-type', 'd', '-exec', 'chown', `${user}:${user}`, '{}', '+']);
  await run(['find', directory, '-name', 'node_modules', '-prune', '-o', '-type', 'f', '-exec', 'chown', `${user}:${user}`, '{}', '+']);
}

/** Links need one file system; across two, the files are copied. */
async function copyTree(from: string, to: string, link: boolean): Promise<void> {
  if (link) {
    try {
      await run(['cp', '-al', from, to]);
      return;
    } catch {
      await run(['rm', '-rf', to]);
    }
  }
  await run(['cp', '-a', from, to]);
}
