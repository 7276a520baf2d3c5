import { access, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { PackagedEngine } from './policy/index.js';

/**
 * The llama.cpp server beside this program, as installed (engines/ next to agent/) or in a checkout. An installed one
 * is named through `current`, so that it is the one of whatever version runs, and run by the archive's own Node.
 */
export async function packagedEngine(program: string, node: string): Promise<PackagedEngine | undefined> {
  for (const base of ['..', '../..']) {
    const directory = resolve(dirname(program), base, 'engines/llama-cpp');
    const server = join(directory, 'server.mjs');
    try {
      await access(server);
      return (await throughCurrent(directory)) ?? { node, server, directory };
    } catch {
      continue; // not there: the next place, or none
    }
  }
  return undefined;
}

async function throughCurrent(directory: string): Promise<PackagedEngine | undefined> {
  try {
    const own = await realpath(resolve(directory, '../..'));
    const current = join(dirname(own), 'current');
    await access(join(own, 'bin/node'));
    if ((await realpath(current)) !== own) return undefined;
    const stable = join(current, 'engines/llama-cpp');
    return { node: join(current, 'bin/node'), server: join(stable, 'server.mjs'), directory: stable };
  } catch {
    return undefined; // a checkout
  }
}
