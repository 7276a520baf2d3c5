/** Engines: what each one takes, and the command line a deployment becomes. Pure. */
export { engineById, engineView, engines } from './catalogue.js';
export type { Engine, EngineId, LaunchSpec } from './engine.js';
export { EnginesModule } from './engines.module.js';
export { ParameterError, splitWords } from './parameter-lexer.js';
export { readParameters, type ReadParameters } from './parameters.js';
export { GPU_MEMORY_UTILISATION } from './vllm.js';
