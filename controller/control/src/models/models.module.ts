import { Module } from '@nestjs/common';
import { OperationsModule } from '../operations/index.js';
import { ModelCopies } from './model-copies.js';
import { ModelImport } from './model-import.js';
import { ModelUses } from './model-uses.js';
import { ModelViews } from './model-view.js';
import { ModelRepository } from './model.repository.js';
import { ModelsController } from './models.controller.js';
import { NodePaths } from './node-paths.js';

const shared = [ModelRepository, ModelImport, ModelUses, ModelViews, ModelCopies, NodePaths];

@Module({ imports: [OperationsModule], controllers: [ModelsController], providers: shared, exports: shared })
export class ModelsModule {}
