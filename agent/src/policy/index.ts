/** What this node permits, whoever asks. */
export { defaultPolicy, type PackagedEngine } from './default-policy.js';
export { permittedRepositories, refusal } from './intent-check.js';
export { loadPolicy } from './policy-file.js';
export { policySchema, type EnginePolicy, type NodePolicy } from './policy.schema.js';
