import { Module } from '@nestjs/common';
import { InstancesModule } from '../instances/index.js';
import { ModelsModule } from '../models/index.js';
import { NodesModule } from '../nodes/index.js';
import { OperationsModule } from '../operations/index.js';
import { SchedulerModule } from '../scheduler/index.js';
import { Deployment } from './deployment.js';
import { DrainLoop } from './drain-loop.js';
import { ServiceLoop } from './service-loop.js';
import { ServiceRepository } from './service.repository.js';
import { ServiceViews } from './service-views.js';
import { ServicesController } from './services.controller.js';

@Module({
  imports: [NodesModule, ModelsModule, InstancesModule, OperationsModule, SchedulerModule],
  controllers: [ServicesController],
  providers: [ServiceRepository, ServiceViews, ServiceLoop, DrainLoop, Deployment],
  exports: [ServiceRepository, ServiceViews],
})
export class ServicesModule {}
