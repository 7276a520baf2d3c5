import { readJsonFile, writeFileAtomic } from '@openstation/kit';
import { join } from 'node:path';
import { z } from 'zod';

/** Beside the files while they are fetched; no file of a hub is ever fetched under such a name. */
export const PROGRESS_NAME = '.openstation-progress.json';

const stamp = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.number(), mtimeMs: z.number(), inode: z.number() });
const fileProgress = z.object({
  /** Bits of the blocks on the disk, base64. */
  blocks: z.string(),
  etag: z.string().max(256).nullable(),
  /** How often the bytes were thrown away because their hash was wrong. */
  discards: z.number().int().min(0),
  /** The file was hashed and found right, when it looked like this. */
  verified: stamp.nullable(),
});
const progressSchema = z.object({ version: z.literal(1), files: z.record(z.string(), fileProgress) });

export type FileProgress = z.infer<typeof fileProgress>;
export type Stamp = z.infer<typeof stamp>;

/** What an earlier run left. A file that is not readable costs bytes, never correctness: every file is hashed at its end. */
export async function loadProgress(directory: string): Promise<ReadonlyMap<string, FileProgress>> {
  let content: unknown;
  try {
    content = await readJsonFile(join(directory, PROGRESS_NAME));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const parsed = progressSchema.safeParse(content);
  return new Map(parsed.success ? Object.entries(parsed.data.files) : []);
}

export async function saveProgress(directory: string, files: ReadonlyMap<string, FileProgress>): Promise<void> {
  await writeFileAtomic(join(directory, PROGRESS_NAME), JSON.stringify({ version: 1, files: Object.fromEntries(files) }));
}
