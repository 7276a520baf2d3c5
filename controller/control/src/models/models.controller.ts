import { Controller, Inject } from '@nestjs/common';
import { CONTROL_CONFIG, type ControlConfig } from '../config/index.js';
import { ApiError, Caller, Endpoint, Input, type CallerIdentity, type InputOf } from '../http/index.js';
import { Operations, type OperationView } from '../operations/index.js';
import { importReport, type ImportReport } from './import-report.js';
import { ModelChanges } from './model-changes.js';
import { ModelImport } from './model-import.js';
import { ModelPage, type ModelReadme, type ModelSpace } from './model-page.js';
import { ModelRemoval } from './model-removal.js';
import { ModelViews, type ModelView } from './model-view.js';
import { ModelRepository } from './model.repository.js';
import { routes } from './models.schema.js';
import type { ModelRow } from './models.store.js';

@Controller()
export class ModelsController {
  constructor(
    private readonly models: ModelRepository,
    private readonly modelViews: ModelViews,
    private readonly imports: ModelImport,
    private readonly changes: ModelChanges,
    private readonly removal: ModelRemoval,
    private readonly page: ModelPage,
    private readonly operations: Operations,
    @Inject(CONTROL_CONFIG) private readonly config: ControlConfig,
  ) {}

  @Endpoint(routes.listModels)
  listModels(): Promise<ModelView[]> {
    return this.modelViews.list();
  }

  @Endpoint(routes.importRoots)
  importRoots(): string[] {
    return [...this.config.models.importRoots];
  }

  @Endpoint(routes.getModel)
  getModel(@Input() { params }: InputOf<typeof routes.getModel>): Promise<ModelView> {
    return this.#existing(params.id);
  }

  @Endpoint(routes.inspectImport)
  async inspectImport(@Input() { body }: InputOf<typeof routes.inspectImport>): Promise<ImportReport> {
    return importReport(body.path, await this.imports.inspect(body));
  }

  @Endpoint(routes.importModel)
  async importModel(@Input() { body }: InputOf<typeof routes.importModel>, @Caller() caller: CallerIdentity): Promise<{ model: ModelView; operation: OperationView }> {
    const { modelId, operationId } = await this.imports.start(body, caller);
    const operation = await this.operations.get(operationId);
    if (!operation) throw new Error(`operation ${operationId} vanished`);
    return { model: await this.#existing(modelId), operation };
  }

  @Endpoint(routes.deleteModel)
  async deleteModel(@Input() { params }: InputOf<typeof routes.deleteModel>, @Caller() caller: CallerIdentity): Promise<void> {
    await this.removal.delete(params.id, caller);
  }

  @Endpoint(routes.updateModel)
  async updateModel(@Input() { params, body }: InputOf<typeof routes.updateModel>, @Caller() caller: CallerIdentity): Promise<ModelView> {
    await this.changes.update(params.id, body, caller);
    return this.#existing(params.id);
  }

  @Endpoint(routes.modelFiles)
  async modelFiles(@Input() { params }: InputOf<typeof routes.modelFiles>) {
    const { digest, files } = await this.#row(params.id);
    return { digest, files: files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })) };
  }

  @Endpoint(routes.modelReadme)
  async modelReadme(@Input() { params }: InputOf<typeof routes.modelReadme>): Promise<ModelReadme> {
    return this.page.readme(await this.#row(params.id));
  }

  @Endpoint(routes.modelSpace)
  modelSpace(): Promise<ModelSpace> {
    return this.page.space();
  }

  async #row(id: string): Promise<ModelRow> {
    const row = await this.models.get(id);
    if (!row) throw new ApiError('not-found', 'no model has this id');
    return row;
  }

  async #existing(id: string): Promise<ModelView> {
    const view = await this.modelViews.get(id);
    if (!view) throw new ApiError('not-found', 'no model has this id');
    return view;
  }
}
