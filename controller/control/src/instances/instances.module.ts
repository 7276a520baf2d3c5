import { Module } from '@nestjs/common';
import { NodesModule } from '../nodes/index.js';
import { InstanceCatalogue } from './instance-catalogue.js';
import { InstanceLink } from './instance-link.js';
import { InstanceRuns } from './instance-runs.js';
import { InstanceReaper } from './instance-reaper.js';
import { InstanceSignals } from './instance-signals.js';
import { InstanceViews } from './instance-views.js';
import { InstanceRepository } from './instance.repository.js';
import { InstancesController } from './instances.controller.js';
import { LogKeeper } from './log-keeper.js';
import { RunKeeper } from './run-keeper.js';

@Module({
  imports: [NodesModule],
  controllers: [InstancesController],
  providers: [InstanceRepository, InstanceSignals, InstanceViews, InstanceCatalogue, InstanceLink, InstanceReaper, InstanceRuns, RunKeeper, LogKeeper],
  exports: [InstanceRepository, InstanceSignals, InstanceViews, InstanceCatalogue, InstanceLink, LogKeeper],
})
export class InstancesModule {}
