import { join } from 'node:path';
import { headSource, withFile, type ByteSource } from './byte-source.js';
import { ModelFileError } from './model-file-error.js';
import type { NodePathReport } from './node-paths.js';

export interface ListedFile {
  readonly path: string;
  readonly bytes: number;
}

/** A model's files, wherever they lie. */
export interface ModelDirectory {
  readonly files: readonly ListedFile[];
  /** @throws ModelFileError when the file cannot be read */
  read<T>(path: string, use: (source: ByteSource) => Promise<T>): Promise<T>;
}

export function diskDirectory(root: string, files: readonly ListedFile[]): ModelDirectory {
  return {
    files,
    read: async (path, use) => {
      try {
        return await withFile(join(root, path), use);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (error instanceof ModelFileError || code === undefined) throw error;
        throw new ModelFileError(code === 'ENOENT' ? 'is not there' : `cannot be read (${code})`);
      }
    },
  };
}

/** What a node told of a directory there. */
export function reportedDirectory({ files, heads }: Pick<NodePathReport, 'files' | 'heads'>): ModelDirectory {
  return {
    files,
    read: (path, use) => {
      const head = heads.get(path);
      const size = files.find((file) => file.path === path)?.bytes;
      if (head === undefined || size === undefined) return Promise.reject(new ModelFileError('was not sent by the node'));
      return use(headSource(head, size));
    },
  };
}
