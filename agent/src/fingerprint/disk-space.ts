import { statfs } from 'node:fs/promises';
import { deadline } from '@openstation/kit';
import { isNetworkFileSystem, type Mount } from './mounts.js';

export interface DiskSpace {
  readonly totalBytes: number;
  readonly usedBytes: number;
  /** Of what programs may use: what the root keeps for itself counts as used. */
  readonly usedRatio: number;
}

const ANSWER_WITHIN_MS = 2000;

export interface FileSystemFigures {
  readonly bsize: number;
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
}

/**
 * Space on mounts. A network file system whose server is away hangs whoever asks, inside one of the few threads Node
 * has for files: only one such question is under way at any time, and what it does not answer is unknown.
 */
export class DiskSpaces {
  #networkAsk: Promise<unknown> | undefined;

  constructor(private readonly ask: (path: string) => Promise<FileSystemFigures> = statfs) {}

  async of(mount: Mount): Promise<DiskSpace | undefined> {
    const network = isNetworkFileSystem(mount.fileSystem);
    if (network && this.#networkAsk) return undefined;
    const asked = this.ask(mount.path);
    if (network) {
      const settled = asked.then(() => undefined, () => undefined);
      this.#networkAsk = settled;
      void settled.then(() => (this.#networkAsk = undefined));
    }
    try {
      return spaceOf(await deadline(asked, ANSWER_WITHIN_MS, mount.path));
    } catch {
      return undefined; // gone, not permitted or hanging: unknown, which is what is said
    }
  }
}

export function spaceOf({ bsize, blocks, bfree, bavail }: FileSystemFigures): DiskSpace | undefined {
  const figures = [bsize, blocks, bfree, bavail];
  if (figures.some((figure) => !Number.isFinite(figure) || figure < 0) || bsize === 0 || blocks === 0 || bfree > blocks) return undefined;
  const used = blocks - bfree;
  const usable = used + Math.min(bavail, bfree);
  return { totalBytes: blocks * bsize, usedBytes: used * bsize, usedRatio: usable === 0 ? 1 : used / usable };
}
