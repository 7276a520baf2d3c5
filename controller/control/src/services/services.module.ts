import { Module } from '@nestjs/common';
import { ConformanceModule } from '../conformance/index.js';
import { EnginesModule } from '../engines/index.js';
import { InstancesModule } from '../instances/index.js';
import { ModelsModule } from '../models/index.js';
import { NodesModule } from '../nodes/index.js';
import { OperationsModule } from '../operations/index.js';
import { SchedulerModule } from '../scheduler/index.js';
import { TrafficModule } from '../traffic/index.js';
import { Deployment } from './deployment.js';
import { DrainLoop } from './drain-loop.js';
import { RoomToMake } from './room-to-make.js';
import { ScalingLoop } from './scaling-loop.js';
import { ServiceChanges } from './service-changes.js';
import { ServiceEvents } from './service-events.js';
import { ServiceLoop } from './service-loop.js';
import { ServiceRevisions } from './service-revisions.js';
import { ServiceRepository } from './service.repository.js';
import { ServiceViews } from './service-views.js';
import { ServicesController } from './services.controller.js';
import { WhatIf } from './what-if.js';

@Module({
  imports: [ConformanceModule, EnginesModule, NodesModule, ModelsModule, InstancesModule, OperationsModule, SchedulerModule, TrafficModule],
  controllers: [ServicesController],
  providers: [ServiceRepository, ServiceRevisions, ServiceEvents, ServiceViews, ServiceLoop, RoomToMake, ScalingLoop, DrainLoop, Deployment, ServiceChanges, WhatIf],
  exports: [ServiceRepository, ServiceViews],
})
export class ServicesModule {}
