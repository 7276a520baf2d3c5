import { Module } from '@nestjs/common';
import { OperationsModule } from '../operations/operations.module.js';
import { HeartbeatClock } from './heartbeat-clock.js';
import { NodeLoop } from './node-loop.js';
import { NodeUses } from './node-uses.js';
import { MACHINE_ID, NodeViews, readMachineId } from './node-view.js';
import { NodeRepository } from './node.repository.js';
import { NodesController } from './nodes.controller.js';

@Module({
  imports: [OperationsModule],
  controllers: [NodesController],
  providers: [NodeRepository, HeartbeatClock, NodeLoop, NodeUses, NodeViews, { provide: MACHINE_ID, useFactory: () => readMachineId() }],
  exports: [NodeRepository, HeartbeatClock, NodeLoop, NodeUses, NodeViews],
})
export class NodesModule {}
