import { Module } from '@nestjs/common';
import { OperationsModule } from '../operations/index.js';
import { LibraryFiles } from './library-files.js';
import { ModelChanges } from './model-changes.js';
import { ModelCopies } from './model-copies.js';
import { ModelImport } from './model-import.js';
import { ModelPage } from './model-page.js';
import { ModelRemoval } from './model-removal.js';
import { ModelUses } from './model-uses.js';
import { ModelViews } from './model-view.js';
import { ModelRepository } from './model.repository.js';
import { ModelsController } from './models.controller.js';
import { NodePaths } from './node-paths.js';

const shared = [ModelRepository, ModelImport, ModelUses, ModelViews, ModelCopies, NodePaths, LibraryFiles];

@Module({ imports: [OperationsModule], controllers: [ModelsController], providers: [...shared, ModelChanges, ModelPage, ModelRemoval], exports: shared })
export class ModelsModule {}
