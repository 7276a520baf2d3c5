import { join } from 'node:path';
import { sha256OfFile } from './partial-model.js';
import type { PieceLayout } from './piece-layout.js';

/** Reads every file of a model. @returns paths that are missing, unreadable or not what the manifest says */
export async function verifyFiles(root: string, layout: PieceLayout, onBytes: (done: number) => void, signal: AbortSignal): Promise<string[]> {
  const damaged: string[] = [];
  let before = 0;
  for (const file of layout.files) {
    signal.throwIfAborted();
    let read = 0;
    const onChunk = (bytes: number): void => onBytes(before + Math.min((read += bytes), file.bytes));
    try {
      if ((await sha256OfFile(join(root, file.path), signal, onChunk)) !== file.sha256) damaged.push(file.path);
    } catch (error) {
      signal.throwIfAborted();
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      damaged.push(file.path); // missing or unreadable: as good as wrong
    }
    before += file.bytes;
  }
  return damaged;
}
