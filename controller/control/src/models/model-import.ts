import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { mkdir, rm, statfs } from 'node:fs/promises';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { Audit, type Actor } from '../audit/index.js';
import { CONTROL_CONFIG, LOGGER, type ControlConfig } from '../config/index.js';
import { ApiError } from '../http/index.js';
import { Operations } from '../operations/index.js';
import { Store, isUniqueViolation, newId } from '../store/index.js';
import { ByteProgress } from './byte-progress.js';
import { copyModel } from './copy-model.js';
import { examineModel } from './examine-model.js';
import type { FileStamp } from './file-stamp.js';
import { hashInPlace } from './hash-in-place.js';
import { ImportSourceError } from './import-source.js';
import { inspectPath, inspectReport, type Inspection } from './inspect-model.js';
import { isManifestPath, type ManifestFile } from './manifest.js';
import { reportedDirectory } from './model-directory.js';
import { readModelFacts, type ModelFacts } from './model-facts.js';
import { ModelFileError } from './model-file-error.js';
import { ModelRepository } from './model.repository.js';
import { NodePathError, NodePaths } from './node-paths.js';

export interface ImportWish {
  readonly path: string;
  /** Null: the management node. */
  readonly nodeId: string | null;
  readonly mode: 'copy' | 'in-place';
  readonly name?: string | undefined;
  readonly description: string;
}

/**
 * Imports models, one after another: copied from the management node's disk, or registered where they lie, there or on a
 * node. Life of copied files: `<dir>/<id>.partial/` while copying → rename → `<dir>/<id>/`. A controller that is killed on the way finds the
 * model still "importing" at its next start, throws the partial files away and says so.
 */
@Injectable()
export class ModelImport implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #jobs = new Map<string, { wish: ImportWish; source: Inspection; operationId: string }>();
  readonly #stop = new AbortController();
  readonly #queue = new KeyedQueue<string>(
    (id) => this.#run(id),
    (id, error) => this.logger.error({ err: error, modelId: id }, 'a model import could not be recorded'),
    1,
  );

  constructor(
    private readonly store: Store,
    private readonly models: ModelRepository,
    private readonly paths: NodePaths,
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

  /** What lies at a path; changes nothing. @throws ApiError when it cannot be looked at */
  async inspect({ path, nodeId }: Pick<ImportWish, 'path' | 'nodeId'>): Promise<Inspection & { readonly freeBytes: number }> {
    try {
      if (nodeId !== null) {
        const report = await this.paths.source.inspect(nodeId, path);
        return { ...(await inspectReport(path, report)), freeBytes: report.freeBytes };
      }
      const { bsize, bavail } = await statfs(this.config.models.dir);
      return { ...(await inspectPath(path, this.config.models.importRoots)), freeBytes: bsize * bavail };
    } catch (error) {
      if (error instanceof ImportSourceError || error instanceof NodePathError) throw new ApiError('bad-request', `path: ${error.message}`, { field: 'path' });
      throw error;
    }
  }

  /** @throws ApiError naming what is wrong with the path, the mode or the name */
  async start(wish: ImportWish, actor: Actor): Promise<{ modelId: string; operationId: string }> {
    if (wish.nodeId !== null && wish.mode === 'copy') throw new ApiError('invalid', 'mode: files of a node stay there: choose in place, or name a path of the management node', { field: 'mode' });
    const source = await this.inspect(wish);
    const format = requireImportable(source, wish);
    const name = wish.name ?? source.suggestedName;
    const id = newId();
    const bytes = source.files.reduce((sum, file) => sum + file.bytes, 0);
    const inPlace = wish.mode === 'in-place' ? { inPlace: true, inPlaceNodeId: wish.nodeId, inPlaceRoot: source.root } : {};
    try {
      const operationId = await this.store.transaction(async (tx) => {
        const operation = await this.operations.start(tx, { kind: 'import-model', subjectId: id, title: `Import ${name}`, startedBy: actor.username });
        await this.models.createImporting(tx, {
          id, name, format, source: 'local', sourcePath: wish.path, bytes, description: wish.description, entry: source.entry, operationId: operation, ...inPlace,
        });
        await this.audit.record(tx, actor, 'model.import', { type: 'model', id, name }, { path: wish.path, bytes, mode: wish.mode, ...(wish.nodeId === null ? {} : { nodeId: wish.nodeId }) });
        return operation;
      });
      this.#jobs.set(id, { wish, source, operationId });
      this.#queue.wake(id);
      return { modelId: id, operationId };
    } catch (error) {
      if (isUniqueViolation(error)) throw new ApiError('conflict', `a model named ${name} is there already: choose another name`, { field: 'name' });
      throw error;
    }
  }

  async #run(id: string): Promise<void> {
    const job = this.#jobs.get(id);
    if (!job) return;
    this.#jobs.delete(id);
    try {
      await this.#import(id, job.wish, job.source, job.operationId);
    } catch (error) {
      // A stop is no failure of this run: the next start finds the row and tells what happened.
      if (this.#stop.signal.aborted) return;
      const known = error instanceof ModelFileError || error instanceof NodePathError || (error as NodeJS.ErrnoException).code !== undefined;
      if (!known) this.logger.error({ err: error, modelId: id }, 'model import failed');
      await this.#fail(id, job.operationId, explain(error as NodeJS.ErrnoException));
    }
  }

  async #import(id: string, wish: ImportWish, source: Inspection, operationId: string): Promise<void> {
    const total = Math.max(1, source.files.reduce((sum, file) => sum + file.bytes, 0));
    await this.operations.log(operationId, `${wish.mode === 'copy' ? 'copying' : 'hashing'} ${source.files.length} file(s), ${total} bytes, from ${source.root}`);
    if (source.skipped.length > 0) await this.operations.log(operationId, `left behind, not part of a model or code: ${source.skipped.slice(0, 50).join(', ')}`);
    for (const { level, code, file, message } of source.findings) await this.operations.log(operationId, `${code}: ${file === null ? '' : `${file} `}${message}`, level === 'error');
    const progress = new ByteProgress(total, (percent) => this.operations.progress(operationId, percent, wish.mode === 'copy' ? 'copying' : 'hashing'));
    const { files, facts, stamps } = await this.#bring(id, wish, source, (done) => progress.report(done));
    await progress.settled();
    await this.operations.log(operationId, `all bytes hashed; ${facts.architecture ?? 'unknown architecture'}, ${facts.parameterCount ?? '?'} parameters`);
    await this.store.transaction(async (tx) => {
      await this.models.markReady(tx, id, files, facts, stamps);
      await this.operations.succeed(tx, operationId);
    });
  }

  /** Damage is found before gigabytes are read; what was copied is judged again, because the source may change meanwhile. */
  async #bring(id: string, wish: ImportWish, source: Inspection, onBytes: (done: number) => void): Promise<Brought> {
    const format = source.format ?? 'safetensors';
    const wrong = source.findings.find(({ level }) => level === 'error');
    if (wrong) throw new ModelFileError(`${wrong.file === null ? '' : `${wrong.file}: `}${wrong.message}`);
    if (wish.nodeId !== null) return this.#register(id, wish, wish.nodeId, source, onBytes);
    if (wish.mode === 'in-place') {
      const { files, stamps } = await hashInPlace(source.root, source.files, onBytes, this.#stop.signal);
      return { files, stamps, facts: await readModelFacts(source.root, format, files) };
    }
    const target = this.models.directoryOf(id);
    const files = await copyModel(source, target, onBytes, this.#stop.signal);
    return { files, stamps: null, facts: await readModelFacts(target, format, files) };
  }

  /** The node hashes and keeps; what it answers is judged like any stranger's file. */
  async #register(id: string, { path, name }: ImportWish, nodeId: string, source: Inspection, onBytes: (done: number) => void): Promise<Brought> {
    const answer = await this.paths.source.register(nodeId, path, { modelId: id, name: name ?? source.suggestedName, files: source.files.map((file) => file.path) }, onBytes, this.#stop.signal);
    const wanted = new Map(source.files.map((file) => [file.path, file.bytes]));
    const files = answer.files.filter((file) => wanted.has(file.path));
    const honest = files.length === wanted.size && files.every((file) => isManifestPath(file.path) && wanted.get(file.path) === file.bytes && /^[0-9a-f]{64}$/.test(file.sha256));
    if (!honest) throw new ModelFileError('the files of the node changed while they were hashed: import again');
    const { facts } = await examineModel(reportedDirectory({ files, heads: answer.heads }), source.format ?? 'safetensors');
    if (!facts) throw new ModelFileError('the node’s answer does not tell what model it is');
    return { files, facts, stamps: null };
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

interface Brought {
  readonly files: readonly ManifestFile[];
  readonly facts: ModelFacts;
  readonly stamps: readonly FileStamp[] | null;
}

/** Found in single files: told in the import's own log, beside what is left to say. Everything else is refused at once. */
const IN_FILES = new Set(['damaged', 'truncated', 'unknown-dtype', 'config-invalid', 'index-mismatch']);

/** @throws ApiError naming the first thing that stands in the way */
function requireImportable({ format, findings, files }: Inspection, { mode }: ImportWish): 'gguf' | 'safetensors' {
  const wrong = findings.find(({ level, code }) => level === 'error' && !IN_FILES.has(code));
  if (wrong || format === null) throw new ApiError('bad-request', `path: ${wrong?.message ?? 'holds no model'}`, { field: 'path', details: { findings } });
  const link = files.find(({ linkTo }) => linkTo !== undefined);
  if (mode === 'in-place' && link) throw new ApiError('invalid', `mode: ${link.path} is a link: what it leads to may change unseen; choose copy`, { field: 'mode' });
  return format;
}

function explain(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOSPC') return 'the disk of the model store is full: free space and import again';
  if (error.code === 'ELOOP') return 'a file of the model is a link: put the file itself there';
  if (error.code === 'EACCES') return `a file cannot be read by the controller: ${error.message}`;
  return error.message;
}
