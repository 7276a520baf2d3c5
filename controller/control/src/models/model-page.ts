import { Inject, Injectable } from '@nestjs/common';
import { constants } from 'node:fs';
import { open, readdir, lstat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { CONTROL_CONFIG, type ControlConfig } from '../config/index.js';
import { ModelRepository } from './model.repository.js';
import type { routes } from './models.schema.js';
import type { ModelRow } from './models.store.js';

const README_BYTES = 256 * 1024;
/** Partial files lie at most so deep in a model. */
const MAX_DEPTH = 8;

export type ModelReadme = z.infer<typeof routes.modelReadme.response>;
export type ModelSpace = z.infer<typeof routes.modelSpace.response>;

/** What the page of a model shows beside the row: its own description, and the disk it lies on. */
@Injectable()
export class ModelPage {
  constructor(
    private readonly models: ModelRepository,
    @Inject(CONTROL_CONFIG) private readonly config: ControlConfig,
  ) {}

  /** The README as it came, without the block of machine-readable lines at its top; empty when there is none. */
  async readme(model: ModelRow): Promise<ModelReadme> {
    const listed = model.files.find(({ path }) => /^readme\.md$/i.test(path));
    if (!listed || model.inPlaceNodeId !== null) return { markdown: '', truncated: false };
    const file = await open(join(this.models.rootOf(model), listed.path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const buffer = Buffer.alloc(Math.min(README_BYTES, listed.bytes));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      // A cut inside a character leaves a broken one at the end, which is dropped.
      const text = new TextDecoder().decode(buffer.subarray(0, bytesRead)).replace(/\uFFFD$/u, '');
      return { markdown: withoutFrontMatter(text), truncated: listed.bytes > README_BYTES };
    } finally {
      await file.close();
    }
  }

  async space(): Promise<ModelSpace> {
    const path = this.config.models.dir;
    const [{ bsize, blocks, bavail }, rows, partialBytes] = await Promise.all([statfs(path), this.models.list(), this.#partialBytes()]);
    const modelBytes = rows.filter(({ state, inPlace }) => state === 'ready' && !inPlace).reduce((sum, { bytes }) => sum + bytes, 0);
    return { path, totalBytes: bsize * blocks, freeBytes: bsize * bavail, modelBytes, partialBytes };
  }

  /** What imports and downloads have written so far. */
  async #partialBytes(): Promise<number> {
    const names = await readdir(this.config.models.dir);
    const sizes = await Promise.all(names.filter((name) => name.includes('.partial')).map((name) => bytesIn(join(this.config.models.dir, name), MAX_DEPTH)));
    return sizes.reduce((sum, bytes) => sum + bytes, 0);
  }
}

/** Bytes that files take on the disk: a file with holes takes less than its length. Files that go meanwhile count nothing. */
async function bytesIn(path: string, depth: number): Promise<number> {
  const stat = await lstat(path).catch(() => undefined);
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.blocks * 512;
  if (depth === 0) return 0;
  const names = await readdir(path).catch(() => [] as string[]);
  const sizes = await Promise.all(names.map((name) => bytesIn(join(path, name), depth - 1)));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

/** `---`, lines of YAML, `---` at the very top: hubs read them, people do not. */
export function withoutFrontMatter(text: string): string {
  if (!/^---\r?\n/.test(text)) return text;
  const end = /\r?\n---[ \t]*(\r?\n|$)/.exec(text.slice(3));
  return end ? text.slice(3 + end.index + end[0].length).replace(/^\s+/, '') : text;
}
