import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { PackagedEngine } from './policy/index.js';

/** The llama.cpp server beside this program, as installed (engines/ next to agent/) or in a checkout. */
export async function packagedEngine(program: string, node: string): Promise<PackagedEngine | undefined> {
  for (const base of ['..', '../..']) {
    const directory = resolve(dirname(program), base, 'engines/llama-cpp');
    const server = join(directory, 'server.mjs');
    try {
      await access(server);
      return { node, server, directory };
    } catch {
      continue; // not there: the next place, or none
    }
  }
  return undefined;
}
