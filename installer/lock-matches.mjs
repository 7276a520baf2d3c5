/**
 * Exit code 0 when what is installed in a directory is what its lock file says:
 *
 *     node lock-matches.mjs <directory>
 *
 * npm leaves its own account of an installation in node_modules/.package-lock.json; optional packages, such as
 * those for other platforms, may be absent from it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [directory] = process.argv.slice(2);

process.exitCode = matches() ? 0 : 1;

function matches() {
  const locked = packages('package-lock.json');
  const installed = packages('node_modules/.package-lock.json');
  if (!locked || !installed) return false;
  return Object.entries(locked).every(([path, wanted]) => {
    if (path === '' || !path.includes('node_modules/')) return true;
    // A project of this repository: the link must be there, or a new one would not be found by those that import it.
    if (wanted.link) return existsSync(join(directory, path, 'package.json'));
    const found = installed[path];
    // What other platforms need is marked optional, and so is all that only those need.
    if (!found) return wanted.optional === true;
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

function packages(file) {
  try {
    return JSON.parse(readFileSync(join(directory, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}
