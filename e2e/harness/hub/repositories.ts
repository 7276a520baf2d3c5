import { createHash } from 'node:crypto';
import type { FileSpec } from './content.ts';

export interface RepositorySpec {
  /** owner/name */
  readonly id: string;
  readonly files: readonly FileSpec[];
  readonly licence?: string;
  /** Only with this token. */
  readonly token?: string;
  readonly gated?: boolean;
  /** ModelScope: whether commits may stand where a branch does. Default: yes. */
  readonly takesCommits?: boolean;
}

export interface Repository extends RepositorySpec {
  readonly commit: string;
}

/** What the emulated hubs hold. Both hubs hold the same. */
export class Repositories {
  readonly #byId = new Map<string, Repository>();

  put(spec: RepositorySpec): Repository {
    const commit = createHash('sha1').update(JSON.stringify(spec)).digest('hex');
    const repository = { ...spec, commit };
    this.#byId.set(spec.id, repository);
    return repository;
  }

  get(id: string): Repository | undefined {
    return this.#byId.get(id);
  }

  clear(): void {
    this.#byId.clear();
  }
}

export function fileOf(repository: Repository, path: string): FileSpec | undefined {
  return repository.files.find((file) => file.path === path);
}

/** The branch of each hub, and the commit. */
export function isRevision({ commit, takesCommits }: Repository, revision: string, branch: string): boolean {
  return revision === branch || (takesCommits !== false && revision === commit);
}
