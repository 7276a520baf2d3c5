import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigError, writeFileAtomic } from '@openstation/kit';
import { policySchema, type NodePolicy } from './policy.schema.js';

/**
 * The node's policy; a missing file is written with the given default first, so that an administrator finds
 * something to edit. A broken file is never replaced or guessed at.
 * @throws ConfigError naming file and keys
 */
export async function loadPolicy(file: string, fallback: NodePolicy): Promise<NodePolicy> {
  const text = await readText(file);
  if (text === undefined) {
    await mkdir(dirname(file), { recursive: true });
    await writeFileAtomic(file, `${JSON.stringify(fallback, null, 2)}\n`, 0o644);
    return fallback;
  }
  const result = policySchema.safeParse(parse(file, text));
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.map((issue) => `${file}: ${issue.path.join('.') || '(top level)'}: ${issue.message}`));
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ConfigError([`${file}: ${(error as Error).message}`]);
  }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError([`${file}: is not JSON: ${(error as Error).message}`]);
  }
}
