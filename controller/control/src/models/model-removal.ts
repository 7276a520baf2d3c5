import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Audit, type Actor } from '../audit/index.js';
import { CONTROL_CONFIG, type ControlConfig } from '../config/index.js';
import { ApiError } from '../http/index.js';
import { Store } from '../store/index.js';
import { ModelCopies } from './model-copies.js';
import { ModelUses } from './model-uses.js';
import { ModelRepository } from './model.repository.js';
import type { ModelRow } from './models.store.js';

const TRASH = '.trash';

/**
 * Deletes models. The books say "deleting" first, in the transaction in which nobody uses the model; then the directory is
 * renamed away, so that half a model is never seen; then its files go, then the row. A controller that is killed on the way
 * goes on at its next start. Files that stayed where they were are only forgotten.
 */
@Injectable()
export class ModelRemoval implements OnApplicationBootstrap {
  constructor(
    private readonly store: Store,
    private readonly models: ModelRepository,
    private readonly uses: ModelUses,
    private readonly copies: ModelCopies,
    private readonly audit: Audit,
    @Inject(CONTROL_CONFIG) private readonly config: ControlConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    for (const { id } of await this.models.inState('deleting')) await this.#erase(id);
    await this.#sweep();
  }

  /** @throws ApiError `in-use` naming the services that use the model; `not-found` */
  async delete(id: string, actor: Actor): Promise<void> {
    await this.store.transaction(async (tx) => {
      // Held: a deployment that starts now waits, and then finds the model going.
      const model = await this.models.hold(tx, id);
      if (!model) throw new ApiError('not-found', 'no model has this id');
      if (model.state === 'deleting') return;
      await this.#requireUnused(model);
      await this.models.markDeleting(tx, id);
      await this.copies.erase(tx, { id, name: model.name, digest: model.digest });
      await this.audit.record(tx, actor, 'model.delete', { type: 'model', id, name: model.name }, { bytes: model.bytes, ...(model.inPlaceRoot === null ? {} : { leftInPlace: model.inPlaceRoot }) });
    });
    await this.#erase(id);
  }

  async #requireUnused({ id, name, state }: ModelRow): Promise<void> {
    const services = (await this.uses.all()).get(id) ?? [];
    if (services.length > 0) {
      throw new ApiError('in-use', `${name} is used by ${services.map((service) => service.name).join(', ')}: delete the service first`, { details: { services } });
    }
    if (state === 'importing') throw new ApiError('in-use', `${name} is still being imported`);
    if (state === 'downloading') throw new ApiError('in-use', `${name} is still being downloaded: cancel the download`);
  }

  async #erase(id: string): Promise<void> {
    const directory = this.models.directoryOf(id);
    await renameIfThere(directory, directory + TRASH);
    await rm(directory + TRASH, { recursive: true, force: true });
    await rm(`${directory}.partial`, { recursive: true, force: true });
    await this.models.remove(id);
  }

  /** What a kill left between the rename and the end. */
  async #sweep(): Promise<void> {
    const names = await readdir(this.config.models.dir).catch(() => [] as string[]);
    for (const name of names.filter((one) => one.endsWith(TRASH))) await rm(join(this.config.models.dir, name), { recursive: true, force: true });
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ENOTEMPTY: an earlier attempt was cut off; what is in the trash goes with it.
    if (code === 'ENOTEMPTY') await rm(from, { recursive: true, force: true });
    else if (code !== 'ENOENT') throw error;
  }
}
