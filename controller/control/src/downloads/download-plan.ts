import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { asApiError, Catalog, chooseFiles } from '../catalog/index.js';
import { ApiError } from '../http/index.js';
import { ChoiceError, Hubs, modelFiles, type Choice, type HubName, type HubRevision } from '../hubs/index.js';
import type { routes } from './downloads.schema.js';
import { HubSettings } from './hub-settings.js';

export type DownloadWish = z.output<typeof routes.startDownload.body>;

/** A wish made exact: which files of which commit. */
export interface DownloadPlan {
  readonly hub: HubName;
  readonly repository: string;
  readonly variantId: string | null;
  readonly revision: HubRevision;
  readonly choice: Choice;
  readonly name: string;
}

interface Source {
  readonly hub: HubName;
  readonly repository: string;
  readonly revision: string | null;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly name: string | undefined;
}

/** The hubs have their own deadlines for each answer; this one is for the person who waits. */
const ASKING_MS = 60_000;

/** Asks the hub what a wish means. */
@Injectable()
export class DownloadPlans {
  constructor(
    private readonly hubs: Hubs,
    private readonly catalog: Catalog,
    private readonly settings: HubSettings,
  ) {}

  /** @throws ApiError naming the field that is wrong, or saying that the hub cannot be asked now */
  async make(wish: DownloadWish): Promise<DownloadPlan> {
    const { hub, repository, revision: wanted, include, exclude, name } = await this.#source(wish);
    const client = this.hubs.of(hub);
    const signal = AbortSignal.timeout(ASKING_MS);
    try {
      const revision = await client.resolve(repository, wanted, signal);
      const files = await client.list(repository, revision.revision, signal);
      const { selected } = chooseFiles(files, { include, exclude });
      const choice = modelFiles(files.filter(({ path }) => selected.has(path)));
      return { hub, repository, variantId: wish.variantId ?? null, revision, choice, name: name ?? nameOf(repository, choice) };
    } catch (error) {
      throw error instanceof ChoiceError ? new ApiError('bad-request', `include: ${error.message}`, { field: 'include' }) : asApiError(error);
    }
  }

  async #source(wish: DownloadWish): Promise<Source> {
    if (wish.variantId !== undefined) return this.#fromCatalog(wish.variantId, wish);
    if (wish.repository === undefined) throw new ApiError('bad-request', 'repository: name one as owner/name, or a variantId of the catalog', { field: 'repository' });
    return { hub: wish.hub ?? this.settings.primaryHub, repository: wish.repository, revision: wish.revision, include: wish.include, exclude: wish.exclude, name: wish.name };
  }

  async #fromCatalog(variantId: string, wish: DownloadWish): Promise<Source> {
    const found = await this.catalog.variant(variantId);
    if (!found) throw new ApiError('bad-request', 'variantId: the catalog has no such variant', { field: 'variantId' });
    const { repositories, revision, include, exclude, name } = found.variant;
    const order: HubName[] = wish.hub ? [wish.hub] : [this.settings.primaryHub, this.settings.primaryHub === 'modelscope' ? 'huggingface' : 'modelscope'];
    const hub = order.find((one) => repositories[one] !== null);
    const repository = hub && repositories[hub];
    if (!hub || !repository) throw new ApiError('bad-request', `hub: ${name} is not at ${wish.hub ?? 'any hub'}`, { field: 'hub' });
    return {
      hub, repository, revision: wish.revision ?? revision, include: wish.include.length > 0 ? wish.include : include, exclude: wish.exclude.length > 0 ? wish.exclude : exclude, name: wish.name ?? name,
    };
  }
}

/** A name people may type as model id. */
function nameOf(repository: string, { entry }: Choice): string {
  const bare = entry === '' ? (repository.split('/')[1] ?? repository) : (entry.split('/').pop() ?? entry).replace(/\.gguf$/i, '').replace(/-\d{5}-of-\d{5}$/, '');
  return bare.replace(/[^\p{L}\p{N}._:-]+/gu, '-').replace(/^[^\p{L}\p{N}]+/u, '').slice(0, 64) || 'model';
}
