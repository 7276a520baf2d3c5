import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonFile, writeFileAtomic } from '@openstation/kit';
import type { Clone, DataDirectory } from '../install/index.js';

/** The parts of a node's policy that are touched here; everything else is kept as it is. */
interface Policy {
  engines: Record<string, { process?: { command: string[]; readPaths?: string[]; version?: string }; image?: string } & Record<string, unknown>>;
}

const ENGINE = 'llama-cpp';

/** How the packaged engine is to run here; undefined: as the policy has it. */
export type EngineWay = { readonly image: string } | 'process' | undefined;

/**
 * Keeps the local node's policy able to start the packaged engine. The agent writes the file itself at its first
 * start; without one there is nothing to mend.
 * @returns whether the file was changed
 */
export async function mendPolicy(data: DataDirectory, clone: Clone, node: string, way: EngineWay): Promise<boolean> {
  const file = join(data.agent, 'policy.json');
  const policy = await readJsonFile<Policy>(file);
  if (policy === undefined) return false;
  const mended = mend(policy, { node, server: join(clone.engineDirectory, 'server.mjs'), directory: clone.engineDirectory }, way, existsSync);
  if (mended === undefined) return false;
  await writeFileAtomic(file, `${JSON.stringify(mended, null, 2)}\n`, 0o644);
  return true;
}

/**
 * The policy as it should be; undefined when it is so already. An agent that has a program and an image prefers the
 * program, so for containers the program is taken out. Commands that an administrator pointed elsewhere stay.
 */
export function mend(
  policy: Policy,
  packaged: { node: string; server: string; directory: string },
  way: EngineWay,
  exists: (path: string) => boolean,
): Policy | undefined {
  const engine = policy.engines[ENGINE];
  if (engine === undefined) return undefined;
  const { process: program, ...rest } = engine;
  const ours = program === undefined || program.command.includes(packaged.server) || !program.command.filter((word) => word.startsWith('/')).every(exists);
  const fresh = { command: [packaged.node, packaged.server], readPaths: [packaged.directory], version: 'packaged' };
  if (typeof way === 'object') {
    if (!ours || (program === undefined && engine.image === way.image)) return undefined;
    return withEngine(policy, { ...rest, image: way.image });
  }
  const wanted = way === 'process' || program !== undefined || engine.image === undefined;
  if (!wanted || !ours || JSON.stringify(program) === JSON.stringify(fresh)) return undefined;
  return withEngine(policy, { process: fresh, ...rest });
}

function withEngine(policy: Policy, engine: Policy['engines'][string]): Policy {
  return { ...policy, engines: { ...policy.engines, [ENGINE]: engine } };
}
