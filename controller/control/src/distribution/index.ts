/** Models on nodes: who has what, who may have it, from where it comes, and orders about it. */
export { AgentLine, type AgentLineSource } from './agent-line.js';
export { AgentWords } from './agent-words.js';
export { DistributionController } from './distribution.controller.js';
export { DistributionModule } from './distribution.module.js';
export { ModelAccess } from './model-access.js';
export { ModelSources } from './model-sources.js';
export { PieceDigests } from './piece-digests.js';
export { TransferLimits, type DistributionRate } from './transfer-limits.js';
