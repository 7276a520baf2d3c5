import { Inject, Injectable } from '@nestjs/common';
import { join } from 'node:path';
import { In, IsNull, Not } from 'typeorm';
import { CONTROL_CONFIG, Clock, type ControlConfig } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { Store, type Tx } from '../store/index.js';
import type { FileStamp } from './file-stamp.js';
import { manifestDigest, type ManifestFile } from './manifest.js';
import type { ModelFacts } from './model-facts.js';
import { ModelRow } from './models.store.js';

const STATES: readonly ModelRow['state'][] = ['importing', 'downloading', 'ready', 'failed', 'deleting'];

type InPlace = Pick<ModelRow, 'inPlace' | 'inPlaceNodeId' | 'inPlaceRoot'>;
type NewModel = Pick<ModelRow, 'id' | 'name' | 'state' | 'format' | 'source' | 'sourcePath' | 'bytes' | 'description' | 'entry' | 'operationId' | 'kind' | keyof InPlace> &
  Partial<Pick<ModelRow, 'repository' | 'revision' | 'variantId'>>;

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

  /** Where the library keeps the files of a model: `<dir>/<id>` once it is ready. */
  directoryOf(id: string): string {
    return join(this.config.models.dir, id);
  }

  /** Where the files of a ready model lie, in the library or in place. */
  rootOf({ id, inPlaceRoot }: Pick<ModelRow, 'id' | 'inPlaceRoot'>): string {
    return inPlaceRoot ?? this.directoryOf(id);
  }

  /**
   * The model if it is ready, held until the transaction ends: nobody deletes it meanwhile. What starts to use a model asks
   * here, in the transaction that writes the use.
   */
  async holdReady(tx: Tx, id: string): Promise<ModelRow | undefined> {
    return (await this.#held(tx, id, 'ready')) ?? undefined;
  }

  /** @throws QueryFailedError (isUniqueViolation) when the name is taken */
  async createImporting(tx: Tx, model: Pick<ModelRow, 'id' | 'name' | 'format' | 'source' | 'sourcePath' | 'bytes' | 'description' | 'entry' | 'operationId'> & Partial<InPlace>): Promise<void> {
    await this.#create(tx, { ...model, state: 'importing' });
  }

  /** A model that a hub is asked for. `revision`, `bytes` and `entry` may be corrected by `describeDownload`. @throws QueryFailedError (isUniqueViolation) when the name is taken */
  async createDownloading(
    tx: Tx,
    model: Pick<ModelRow, 'id' | 'name' | 'format' | 'source' | 'repository' | 'revision' | 'variantId' | 'bytes' | 'description' | 'entry' | 'operationId'> & Partial<Pick<ModelRow, 'kind'>>,
  ): Promise<void> {
    await this.#create(tx, { ...model, sourcePath: null, state: 'downloading' });
  }

  /** What the hub's file list says of a download, once it is known. */
  async describeDownload(tx: Tx, id: string, known: Partial<Pick<ModelRow, 'format' | 'revision' | 'bytes' | 'entry' | 'source' | 'repository' | 'licence'>>): Promise<void> {
    await tx.manager.update(ModelRow, { id, state: 'downloading' }, { ...known, ...(known.bytes === undefined ? {} : { weightsBytes: known.bytes }) });
    this.#changed(tx, id);
  }

  /** A failed download is tried again. @returns false when it is not a failed download */
  async downloadAgain(tx: Tx, id: string, operationId: string): Promise<boolean> {
    const { affected } = await tx.manager.update(ModelRow, { id, state: 'failed', repository: Not(IsNull()) }, { state: 'downloading', operationId, failure: null });
    this.#changed(tx, id);
    return affected === 1;
  }

  /** All files are there and were hashed. @returns false when the model went away meanwhile */
  async markReady(tx: Tx, id: string, files: readonly ManifestFile[], facts: ModelFacts, stamps: readonly FileStamp[] | null = null): Promise<boolean> {
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const row = await this.#held(tx, id, 'importing', 'downloading');
    if (!row) return false;
    const now = this.clock.now();
    await tx.manager.update(ModelRow, { id, state: row.state }, {
      ...facts, kind: facts.kind === 'llm' ? row.kind : facts.kind, licence: facts.licence ?? row.licence, state: 'ready', files: [...files], stamps: stamps && [...stamps], codeFiles: facts.codeFiles && [...facts.codeFiles],
      bytes, digest: manifestDigest(files), failure: null, readyAt: now, verifiedAt: now,
    });
    this.#changed(tx, id);
    return true;
  }

  async markFailed(tx: Tx, id: string, failure: string): Promise<void> {
    await tx.manager.update(ModelRow, { id, state: In(['importing', 'downloading']) }, { state: 'failed', failure: failure.slice(0, 1000) });
    this.#changed(tx, id);
  }

  /** A download is given up: nothing of it remains. @returns false when there is no open or failed download of this id */
  async backToAbsent(tx: Tx, id: string): Promise<boolean> {
    const { affected } = await tx.manager.delete(ModelRow, { id, state: In(['downloading', 'failed']), repository: Not(IsNull()) });
    if (affected === 1) this.#removed(tx, id);
    return affected === 1;
  }

  /** Files in place that look different and are the same. */
  async recordStamps(tx: Tx, id: string, stamps: readonly FileStamp[]): Promise<void> {
    await tx.manager.update(ModelRow, { id, state: 'ready', inPlace: true }, { stamps: [...stamps] });
  }

  async recordVerified(tx: Tx, id: string): Promise<void> {
    await tx.manager.update(ModelRow, { id, state: 'ready' }, { verifiedAt: this.clock.now() });
    this.#changed(tx, id);
  }

  /** The model whatever its state, held until the transaction ends. */
  async hold(tx: Tx, id: string): Promise<ModelRow | undefined> {
    return (await this.#held(tx, id, ...STATES)) ?? undefined;
  }

  async markDeleting(tx: Tx, id: string): Promise<void> {
    await tx.manager.update(ModelRow, { id }, { state: 'deleting' });
    this.#changed(tx, id);
  }

  async describe(tx: Tx, id: string, change: Partial<Pick<ModelRow, 'description' | 'codeApprovedBy'>>): Promise<void> {
    await tx.manager.update(ModelRow, { id }, change);
    this.#changed(tx, id);
  }

  async remove(id: string): Promise<void> {
    await this.store.transaction(async (tx) => {
      await tx.manager.delete(ModelRow, { id, state: 'deleting' });
      this.#removed(tx, id);
    });
  }

  async #create(tx: Tx, model: Omit<NewModel, 'kind' | keyof InPlace> & Partial<Pick<ModelRow, 'kind' | keyof InPlace>>): Promise<void> {
    await tx.manager.insert(ModelRow, {
      kind: 'llm', inPlace: false, inPlaceNodeId: null, inPlaceRoot: null, repository: null, revision: null, variantId: null, ...model,
      files: [], digest: null, weightsBytes: model.bytes, parameterCount: null, activeParameterCount: null, dataType: null, quantisation: null, contextLength: null,
      architecture: null, shape: null, chatTemplate: false, licence: null, failure: null, createdAt: this.clock.now(), readyAt: null,
      stamps: null, codeFiles: null, codeApprovedBy: null, verifiedAt: null,
    });
    this.#changed(tx, model.id);
  }

  /** On SQLite transactions take turns anyway. */
  #held(tx: Tx, id: string, ...states: ModelRow['state'][]): Promise<ModelRow | null> {
    const lock = this.store.dialect === 'mysql' ? { lock: { mode: 'pessimistic_write' as const } } : {};
    return tx.manager.findOne(ModelRow, { where: { id, state: In(states) }, ...lock });
  }

  #removed(tx: Tx, id: string): void {
    tx.afterCommit(() => this.feed.publish({ topic: 'models', id, kind: 'removed' }));
  }

  #changed(tx: Tx, id: string): void {
    tx.afterCommit(() => this.feed.publish({ topic: 'models', id, kind: 'changed' }));
  }
}
