import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';

/** Something of this machine that a suite cannot do without. */
export interface Prerequisite {
  readonly what: string;
  readonly met: () => boolean;
}

export const root: Prerequisite = { what: 'root', met: () => process.getuid?.() === 0 };

export function program(name: string, debianPackage: string): Prerequisite {
  return { what: `${name} (Debian package ${debianPackage})`, met: () => onPath(name) !== undefined };
}

export function file(path: string, what: string): Prerequisite {
  return { what: `${what} (${path})`, met: () => existsSync(path) };
}

/** Full path of a program; /usr/sbin counts as it does for root's shell. */
export function onPath(name: string): string | undefined {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/bin'];
  return directories.map((directory) => join(directory, name)).find((path) => existsSync(path));
}

/**
 * A group of tests that needs something of the machine. Without it the group is skipped under a name that
 * says why; in CI (CI=true) that is a failure, because a skip there would look like a pass for ever.
 */
export function describeWith(name: string, needs: readonly Prerequisite[], tests: () => void): void {
  const missing = needs.filter((need) => !need.met()).map((need) => need.what);
  if (missing.length === 0) {
    describe(name, tests);
    return;
  }
  const reason = `needs ${missing.join(', ')}; e2e/packages.sh installs packages`;
  if (process.env['CI'] === 'true') throw new Error(`${name}: ${reason}`);
  describe.skip(`${name} [skipped: ${reason}]`, tests);
}
