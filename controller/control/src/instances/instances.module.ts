import { Module } from '@nestjs/common';
import { NodesModule } from '../nodes/index.js';
import { InstanceCatalogue } from './instance-catalogue.js';
import { InstanceLink } from './instance-link.js';
import { InstanceReaper } from './instance-reaper.js';
import { InstanceSignals } from './instance-signals.js';
import { InstanceViews } from './instance-views.js';
import { InstanceRepository } from './instance.repository.js';
import { InstancesController } from './instances.controller.js';

@Module({
  imports: [NodesModule],
  controllers: [InstancesController],
  providers: [InstanceRepository, InstanceSignals, InstanceViews, InstanceCatalogue, InstanceLink, InstanceReaper],
  exports: [InstanceRepository, InstanceSignals, InstanceViews, InstanceCatalogue, InstanceLink],
})
export class InstancesModule {}
