import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { mkdir, rm } from 'node:fs/promises';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { Audit, type Actor } from '../audit/index.js';
import { CONTROL_CONFIG, LOGGER, type ControlConfig } from '../config/index.js';
import { ApiError } from '../http/index.js';
import { Operations } from '../operations/index.js';
import { Store, isUniqueViolation, newId } from '../store/index.js';
import { ModelFileError } from './bounded-reader.js';
import { copyModel } from './copy-model.js';
import { ImportSourceError, inspectSource, type ImportSource } from './import-source.js';
import { readModelFacts } from './model-facts.js';
import { ModelRepository } from './model.repository.js';

export interface ImportWish {
  readonly path: string;
  readonly name: string | undefined;
  readonly description: string;
}

/**
 * Imports models from the management node's disk, one after another. Life of the files:
 * `<dir>/<id>.partial/` while copying → rename → `<dir>/<id>/`. A controller that is killed on the way finds the
 * model still "importing" at its next start, throws the partial files away and says so.
 */
@Injectable()
export class ModelImport implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #jobs = new Map<string, { source: ImportSource; operationId: string }>();
  readonly #stop = new AbortController();
  readonly #queue = new KeyedQueue<string>(
    (id) => this.#run(id),
    (id, error) => this.logger.error({ err: error, modelId: id }, 'a model import could not be recorded'),
    1,
  );

  constructor(
    private readonly store: Store,
    private readonly models: ModelRepository,
    private readonly operations: Operations,
    private readonly audit: Audit,
    @Inject(CONTROL_CONFIG) private readonly config: ControlConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await mkdir(this.config.models.dir, { recursive: true, mode: 0o755 });
    await this.#recover();
  }

  async onModuleDestroy(): Promise<void> {
    this.#stop.abort(new Error('the controller stops'));
    await this.#queue.close();
  }

  /** @throws ApiError naming what is wrong with the path or the name */
  async start(wish: ImportWish, actor: Actor): Promise<{ modelId: string; operationId: string }> {
    const source = await this.#inspect(wish.path);
    const name = wish.name ?? source.suggestedName;
    const id = newId();
    const bytes = source.files.reduce((sum, file) => sum + file.bytes, 0);
    try {
      const operationId = await this.store.transaction(async (tx) => {
        const operation = await this.operations.start(tx, { kind: 'import-model', subjectId: id, title: `Import ${name}`, startedBy: actor.username });
        await this.models.createImporting(tx, {
          id, name, format: source.format, source: 'local', sourcePath: wish.path, bytes, description: wish.description, entry: source.entry, operationId: operation,
        });
        await this.audit.record(tx, actor, 'model.import', { type: 'model', id, name }, { path: wish.path, bytes });
        return operation;
      });
      this.#jobs.set(id, { source, operationId });
      this.#queue.wake(id);
      return { modelId: id, operationId };
    } catch (error) {
      if (isUniqueViolation(error)) throw new ApiError('conflict', `a model named ${name} is there already: choose another name`, { field: 'name' });
      throw error;
    }
  }

  async #inspect(path: string): Promise<ImportSource> {
    try {
      return await inspectSource(path, this.config.models.importRoots);
    } catch (error) {
      if (error instanceof ImportSourceError) throw new ApiError('bad-request', `path: ${error.message}`, { field: 'path' });
      throw error;
    }
  }

  async #run(id: string): Promise<void> {
    const job = this.#jobs.get(id);
    if (!job) return;
    this.#jobs.delete(id);
    try {
      await this.#import(id, job.source, job.operationId);
    } catch (error) {
      // A stop is no failure of this run: the next start finds the row and tells what happened.
      if (this.#stop.signal.aborted) return;
      const known = error instanceof ModelFileError || (error as NodeJS.ErrnoException).code !== undefined;
      if (!known) this.logger.error({ err: error, modelId: id }, 'model import failed');
      await this.#fail(id, job.operationId, explain(error as NodeJS.ErrnoException));
    }
  }

  async #import(id: string, source: ImportSource, operationId: string): Promise<void> {
    const total = Math.max(1, source.files.reduce((sum, file) => sum + file.bytes, 0));
    await this.operations.log(operationId, `copying ${source.files.length} file(s), ${total} bytes, from ${source.root}`);
    if (source.skipped.length > 0) await this.operations.log(operationId, `left behind, not part of a model or code: ${source.skipped.slice(0, 50).join(', ')}`);
    // Damage is found before gigabytes are copied; the copy is read again because the source may change meanwhile.
    await readModelFacts(source.root, source.format, source.files);
    const progress = new ByteProgress(total, (percent) => this.operations.progress(operationId, percent, 'copying'));
    const target = this.models.directoryOf(id);
    const files = await copyModel(source, target, (done) => progress.report(done), this.#stop.signal);
    await progress.settled();
    const facts = await readModelFacts(target, source.format, files);
    await this.operations.log(operationId, `copied and hashed; ${facts.architecture ?? 'unknown architecture'}, ${facts.parameterCount ?? '?'} parameters`);
    await this.store.transaction(async (tx) => {
      await this.models.markReady(tx, id, files, facts);
      await this.operations.succeed(tx, operationId);
    });
  }

  async #fail(id: string, operationId: string, failure: string): Promise<void> {
    const target = this.models.directoryOf(id);
    await rm(`${target}.partial`, { recursive: true, force: true });
    await rm(target, { recursive: true, force: true });
    await this.operations.log(operationId, failure, true);
    await this.store.transaction(async (tx) => {
      await this.models.markFailed(tx, id, failure);
      await this.operations.fail(tx, operationId, failure);
    });
  }

  async #recover(): Promise<void> {
    for (const { id, operationId } of await this.models.inState('importing')) {
      if (operationId !== null) await this.#fail(id, operationId, 'the controller was stopped during the import: delete this entry and import it again');
    }
  }
}

/** Turns byte counts into whole percents and writes one at a time, newest wins. */
class ByteProgress {
  #percent = -1;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly total: number,
    private readonly write: (percent: number) => Promise<void>,
  ) {}

  report(done: number): void {
    const percent = Math.floor((done / this.total) * 99);
    if (percent <= this.#percent) return;
    this.#percent = percent;
    this.#writing = this.#writing.then(() => (percent === this.#percent ? this.write(percent) : undefined));
  }

  settled(): Promise<void> {
    return this.#writing;
  }
}

function explain(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOSPC') return 'the disk of the model store is full: free space and import again';
  if (error.code === 'ELOOP') return 'a file of the model is a link: put the file itself there';
  if (error.code === 'EACCES') return `a file cannot be read by the controller: ${error.message}`;
  return error.message;
}
