/** The library: model files, what they tell, and how they come and go. */
export type { FileStamp } from './file-stamp.js';
export { configFacts, type ConfigFacts } from './config-facts.js';
export { LibraryFiles } from './library-files.js';
export { isManifestPath, manifestDigest, type ManifestFile } from './manifest.js';
export { ModelCopies, type ErasedModel, type ModelCopySource } from './model-copies.js';
export { readModelFacts, type ModelFacts } from './model-facts.js';
export { ModelFileError } from './model-file-error.js';
export { ModelImport } from './model-import.js';
export type { ModelKind } from './model-kind.js';
export type { ModelShape } from './model-shape.js';
export { ModelUses, type ModelUse } from './model-uses.js';
export { ModelViews, type ModelView } from './model-view.js';
export { ModelRepository } from './model.repository.js';
export { ModelsController } from './models.controller.js';
export { ModelsModule } from './models.module.js';
export { NodePathError, NodePaths, type NodePathReport, type NodePathSource } from './node-paths.js';
export { ModelRow } from './models.store.js';

export type ModelFormat = 'gguf' | 'safetensors';
