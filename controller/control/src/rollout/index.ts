/** Archives of the agent, and how nodes are brought to a newer one. */
export { AgentArchives, type AgentArchive } from './agent-archives.js';
export { ArchiveStream } from './archive-stream.js';
export { RolloutModule } from './rollout.module.js';
export { UpgradeLink } from './upgrade-link.js';
