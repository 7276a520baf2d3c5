import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonFile, writeFileAtomic } from '@openstation/kit';
import type { Clone, DataDirectory } from '../install/index.js';

/** The parts of a node's policy that are touched here; everything else is kept as it is. */
interface Policy {
  engines: Record<string, { process?: { command: string[]; readPaths?: string[]; version?: string }; image?: string } & Record<string, unknown>>;
}

const ENGINE = 'llama-cpp';

/**
 * Keeps the local node's policy able to start the packaged engine: its command when the clone has moved, and the
 * image when one was built. The agent writes the file itself at its first start; without one there is nothing to mend.
 * @returns whether the file was changed
 */
export async function mendPolicy(data: DataDirectory, clone: Clone, node: string, image: string | undefined): Promise<boolean> {
  const file = join(data.agent, 'policy.json');
  const policy = await readJsonFile<Policy>(file);
  if (policy === undefined) return false;
  const mended = mend(policy, { node, server: join(clone.engineDirectory, 'server.mjs'), directory: clone.engineDirectory, image }, existsSync);
  if (mended === undefined) return false;
  await writeFileAtomic(file, `${JSON.stringify(mended, null, 2)}\n`, 0o644);
  return true;
}

/** The policy as it should be; undefined when it is so already. Commands that an administrator pointed elsewhere stay. */
export function mend(
  policy: Policy,
  packaged: { node: string; server: string; directory: string; image: string | undefined },
  exists: (path: string) => boolean,
): Policy | undefined {
  const engine = policy.engines[ENGINE];
  if (engine === undefined) return undefined;
  const usable = engine.process?.command.filter((word) => word.startsWith('/')).every(exists) ?? false;
  const process = usable ? engine.process : { command: [packaged.node, packaged.server], readPaths: [packaged.directory], version: 'packaged' };
  const image = packaged.image ?? engine.image;
  if (usable && image === engine.image) return undefined;
  return { ...policy, engines: { ...policy.engines, [ENGINE]: { ...engine, ...(process ? { process } : {}), ...(image === undefined ? {} : { image }) } } };
}
