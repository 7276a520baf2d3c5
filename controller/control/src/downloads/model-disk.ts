import { Inject, Injectable } from '@nestjs/common';
import { mkdir, rm, statfs } from 'node:fs/promises';
import { CONTROL_CONFIG, type ControlConfig } from '../config/index.js';
import { ModelRepository } from '../models/index.js';
import { BlockMap } from './fetch/block-map.js';
import { loadProgress } from './fetch/progress-file.js';
import type { DownloadRow } from './downloads.store.js';

export interface FileState {
  readonly path: string;
  readonly bytes: number;
  readonly bytesDone: number;
  readonly state: 'pending' | 'fetching' | 'checking' | 'done' | 'failed';
}

/** The disk of the model store as downloads see it. */
@Injectable()
export class ModelDisk {
  constructor(
    private readonly models: ModelRepository,
    @Inject(CONTROL_CONFIG) private readonly config: ControlConfig,
  ) {}

  /** For us, not for root. */
  async freeBytes(): Promise<number> {
    await mkdir(this.config.models.dir, { recursive: true, mode: 0o755 });
    const { bavail, bsize } = await statfs(this.config.models.dir);
    return bavail * bsize;
  }

  /** What an interrupted download has. */
  async filesOf({ modelId, files, state }: DownloadRow): Promise<FileState[]> {
    if (state === 'done') return files.map(({ path, bytes }) => ({ path, bytes, bytesDone: bytes, state: 'done' }));
    const saved = await loadProgress(`${this.models.directoryOf(modelId)}.partial`);
    return files.map(({ path, bytes }) => {
      const progress = saved.get(path);
      if (progress?.verified) return { path, bytes, bytesDone: bytes, state: 'done' };
      return { path, bytes, bytesDone: new BlockMap(bytes, progress?.blocks).doneBytes, state: 'pending' };
    });
  }

  async clear(modelId: string): Promise<void> {
    await rm(`${this.models.directoryOf(modelId)}.partial`, { recursive: true, force: true });
    await rm(this.models.directoryOf(modelId), { recursive: true, force: true });
  }
}
