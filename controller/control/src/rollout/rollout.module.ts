import { Module } from '@nestjs/common';
import { NodesModule } from '../nodes/nodes.module.js';
import { OperationsModule } from '../operations/operations.module.js';
import { AgentArchives } from './agent-archives.js';
import { AgentUpgradesController } from './agent-upgrades.controller.js';
import { ArchiveStream } from './archive-stream.js';
import { NewerAgents } from './newer-agents.js';
import { ReleasesController } from './releases.controller.js';
import { RolloutLoop } from './rollout-loop.js';
import { RolloutRepository } from './rollout.repository.js';
import { UpgradeLink } from './upgrade-link.js';

@Module({
  imports: [NodesModule, OperationsModule],
  controllers: [ReleasesController, AgentUpgradesController],
  providers: [AgentArchives, RolloutRepository, NewerAgents, RolloutLoop, UpgradeLink, ArchiveStream],
  exports: [AgentArchives, UpgradeLink, ArchiveStream],
})
export class RolloutModule {}
