import { Controller, Inject } from '@nestjs/common';
import { rm } from 'node:fs/promises';
import { Audit } from '../audit/index.js';
import { CONTROL_CONFIG, type ControlConfig } from '../config/index.js';
import { ApiError, Caller, Endpoint, Input, type CallerIdentity, type InputOf } from '../http/index.js';
import { Operations, type OperationView } from '../operations/index.js';
import { Store } from '../store/index.js';
import { ModelImport } from './model-import.js';
import { ModelViews, type ModelView } from './model-view.js';
import { ModelRepository } from './model.repository.js';
import { routes } from './models.schema.js';

@Controller()
export class ModelsController {
  constructor(
    private readonly store: Store,
    private readonly models: ModelRepository,
    private readonly modelViews: ModelViews,
    private readonly imports: ModelImport,
    private readonly operations: Operations,
    private readonly audit: Audit,
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

  @Endpoint(routes.importModel)
  async importModel(@Input() { body }: InputOf<typeof routes.importModel>, @Caller() caller: CallerIdentity): Promise<{ model: ModelView; operation: OperationView }> {
    const { modelId, operationId } = await this.imports.start({ path: body.path, name: body.name, description: body.description }, caller);
    const operation = await this.operations.get(operationId);
    if (!operation) throw new Error(`operation ${operationId} vanished`);
    return { model: await this.#existing(modelId), operation };
  }

  @Endpoint(routes.deleteModel)
  async deleteModel(@Input() { params }: InputOf<typeof routes.deleteModel>, @Caller() caller: CallerIdentity): Promise<void> {
    const model = await this.#existing(params.id);
    if (model.usedBy.length > 0) throw new ApiError('in-use', `${model.name} is used by ${model.usedBy.map(({ name }) => name).join(', ')}: delete the service first`);
    if (model.state === 'importing') throw new ApiError('in-use', `${model.name} is still being imported`);
    await this.store.transaction(async (tx) => {
      await this.models.markDeleting(tx, model.id);
      await this.audit.record(tx, caller, 'model.delete', { type: 'model', id: model.id, name: model.name }, { bytes: model.bytes });
    });
    await rm(this.models.directoryOf(model.id), { recursive: true, force: true });
    await this.models.remove(model.id);
  }

  async #existing(id: string): Promise<ModelView> {
    const view = await this.modelViews.get(id);
    if (!view) throw new ApiError('not-found', 'no model has this id');
    return view;
  }
}
