import { Module } from '@nestjs/common';
import { InstancesModule } from '../instances/index.js';
import { ListenersModule } from '../listeners/index.js';
import { ModelsModule } from '../models/index.js';
import { NodesModule } from '../nodes/index.js';
import { OperationsModule } from '../operations/index.js';
import { AgentLine } from './agent-line.js';
import { AgentWords } from './agent-words.js';
import { AwayNodes } from './away-nodes.js';
import { CacheJobs } from './cache-jobs.js';
import { CacheOrders } from './cache-orders.js';
import { DistributionController } from './distribution.controller.js';
import { HolderViews } from './holder-views.js';
import { ModelAccess } from './model-access.js';
import { ModelEraser } from './model-eraser.js';
import { ModelFileRoute } from './model-file-route.js';
import { ModelGrants } from './model-grants.js';
import { ModelHolders } from './model-holders.js';
import { ModelSources } from './model-sources.js';
import { NodePathTalk } from './node-path-talk.js';
import { PieceDigests } from './piece-digests.js';
import { TransferLimits } from './transfer-limits.js';

@Module({
  imports: [ListenersModule, NodesModule, OperationsModule, ModelsModule, InstancesModule],
  controllers: [DistributionController],
  providers: [AgentLine, AgentWords, AwayNodes, CacheJobs, CacheOrders, HolderViews, ModelAccess, ModelEraser, ModelFileRoute, ModelGrants, ModelHolders, ModelSources, NodePathTalk, PieceDigests, TransferLimits],
  exports: [AgentLine, AgentWords, ModelAccess, ModelSources, PieceDigests, TransferLimits],
})
export class DistributionModule {}
