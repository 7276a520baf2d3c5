import { Module, type OnModuleInit } from '@nestjs/common';
import { DispatcherService } from '@openstation/proto';
import { DistributionModule } from '../distribution/index.js';
import { InstancesModule } from '../instances/index.js';
import { AgentListener, ListenersModule } from '../listeners/index.js';
import { ModelsModule } from '../models/index.js';
import { NodesModule } from '../nodes/index.js';
import { RolloutModule } from '../rollout/index.js';
import { AssignmentLoop } from './assignment-loop.js';
import { Clones } from './clones.js';
import { DispatcherRpc } from './dispatcher-rpc.js';
import { ModelFiles } from './model-files.js';
import { NodeReports } from './node-reports.js';
import { SessionRegistry } from './session-registry.js';
import { SessionService } from './session-service.js';

@Module({ imports: [ListenersModule, NodesModule, InstancesModule, ModelsModule, RolloutModule, DistributionModule], providers: [SessionRegistry, SessionService, NodeReports, Clones, AssignmentLoop, ModelFiles, DispatcherRpc] })
export class DispatcherModule implements OnModuleInit {
  constructor(
    private readonly listener: AgentListener,
    private readonly rpc: DispatcherRpc,
  ) {}

  onModuleInit(): void {
    this.listener.addService(DispatcherService, this.rpc.implementation());
  }
}
