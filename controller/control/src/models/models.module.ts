import { Module } from '@nestjs/common';
import { OperationsModule } from '../operations/index.js';
import { ModelImport } from './model-import.js';
import { ModelUses } from './model-uses.js';
import { ModelViews } from './model-view.js';
import { ModelRepository } from './model.repository.js';
import { ModelsController } from './models.controller.js';

@Module({ imports: [OperationsModule], controllers: [ModelsController], providers: [ModelRepository, ModelImport, ModelUses, ModelViews], exports: [ModelRepository, ModelImport, ModelUses, ModelViews] })
export class ModelsModule {}
