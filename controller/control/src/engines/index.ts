/** Engines: what each one takes, the command line a deployment becomes, where their images come from, and those of administrators. */
export { engineById, engineView, engines, findEngine } from './catalogue.js';
export { CustomEngines } from './custom-engines.js';
export { EngineImages } from './engine-images.js';
export { EngineUses } from './engine-uses.js';
export type { Engine, EngineId, LaunchSpec } from './engine.js';
export { EnginesModule } from './engines.module.js';
export { imageProblemAt, type NodeImagePolicy } from './image-permission.js';
export { NodeImagePolicies } from './node-image-policies.js';
export { ParameterError, splitWords } from './parameter-lexer.js';
export { readParameters, type ParameterWarning, type ReadParameters } from './parameters.js';
export { GPU_MEMORY_UTILISATION } from './vllm.js';
