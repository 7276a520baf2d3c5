/** The library: model files, what they tell, and how they come and go. */
export { isManifestPath, manifestDigest, type ManifestFile } from './manifest.js';
export { ModelImport } from './model-import.js';
export type { ModelShape } from './model-shape.js';
export { ModelUses, type ModelUse } from './model-uses.js';
export { ModelViews, type ModelView } from './model-view.js';
export { ModelRepository } from './model.repository.js';
export { ModelsController } from './models.controller.js';
export { ModelsModule } from './models.module.js';
export { ModelRow } from './models.store.js';

export type ModelFormat = 'gguf' | 'safetensors';
