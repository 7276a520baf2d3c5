import { Inject, Injectable } from '@nestjs/common';
import { join } from 'node:path';
import { CONTROL_CONFIG, Clock, type ControlConfig } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { Store, type Tx } from '../store/index.js';
import { manifestDigest, type ManifestFile } from './manifest.js';
import type { ModelFacts } from './model-facts.js';
import { ModelRow } from './models.store.js';

/** Model rows. Only the import writes what it learnt; a person only creates and deletes. */
@Injectable()
export class ModelRepository {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly feed: ChangeFeed,
    @Inject(CONTROL_CONFIG) private readonly config: ControlConfig,
  ) {}

  list(): Promise<ModelRow[]> {
    return this.store.manager.find(ModelRow, { order: { createdAt: 'DESC', id: 'DESC' } });
  }

  async get(id: string): Promise<ModelRow | undefined> {
    return (await this.store.manager.findOneBy(ModelRow, { id })) ?? undefined;
  }

  async byName(name: string): Promise<ModelRow | undefined> {
    return (await this.store.manager.findOneBy(ModelRow, { name })) ?? undefined;
  }

  inState(state: ModelRow['state']): Promise<ModelRow[]> {
    return this.store.manager.findBy(ModelRow, { state });
  }

  /** Where the files of a model lie once it is ready. */
  directoryOf(id: string): string {
    return join(this.config.models.dir, id);
  }

  async createImporting(tx: Tx, model: Pick<ModelRow, 'id' | 'name' | 'format' | 'source' | 'sourcePath' | 'bytes' | 'description' | 'entry' | 'operationId'>): Promise<void> {
    await tx.manager.insert(ModelRow, {
      ...model, state: 'importing', files: [], digest: null, weightsBytes: model.bytes, parameterCount: null, dataType: null, contextLength: null,
      architecture: null, shape: null, chatTemplate: false, licence: null, failure: null, createdAt: this.clock.now(), readyAt: null,
    });
    this.#changed(tx, model.id);
  }

  async markReady(tx: Tx, id: string, files: readonly ManifestFile[], facts: ModelFacts): Promise<void> {
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    await tx.manager.update(ModelRow, { id, state: 'importing' }, {
      ...facts, state: 'ready', files: [...files], bytes, digest: manifestDigest(files), failure: null, readyAt: this.clock.now(),
    });
    this.#changed(tx, id);
  }

  async markFailed(tx: Tx, id: string, failure: string): Promise<void> {
    await tx.manager.update(ModelRow, { id, state: 'importing' }, { state: 'failed', failure: failure.slice(0, 1000) });
    this.#changed(tx, id);
  }

  async markDeleting(tx: Tx, id: string): Promise<void> {
    await tx.manager.update(ModelRow, { id }, { state: 'deleting' });
    this.#changed(tx, id);
  }

  async remove(id: string): Promise<void> {
    await this.store.transaction(async (tx) => {
      await tx.manager.delete(ModelRow, { id, state: 'deleting' });
      tx.afterCommit(() => this.feed.publish({ topic: 'models', id, kind: 'removed' }));
    });
  }

  #changed(tx: Tx, id: string): void {
    tx.afterCommit(() => this.feed.publish({ topic: 'models', id, kind: 'changed' }));
  }
}
