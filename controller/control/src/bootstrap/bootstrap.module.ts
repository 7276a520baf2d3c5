import { Module } from '@nestjs/common';
import { EnrolmentModule } from '../enrolment/enrolment.module.js';
import { ListenersModule } from '../listeners/listeners.module.js';
import { NodesModule } from '../nodes/nodes.module.js';
import { OperationsModule } from '../operations/operations.module.js';
import { RolloutModule } from '../rollout/rollout.module.js';
import { SettingsModule } from '../settings/settings.module.js';
import { AgentSteps } from './agent-steps.js';
import { BootstrapController } from './bootstrap.controller.js';
import { BootstrapJobs } from './bootstrap-jobs.js';
import { BootstrapRepository } from './bootstrap.repository.js';
import { BootstrapRunner } from './bootstrap-runner.js';
import { Bootstraps } from './bootstraps.js';
import { ControllerAddress } from './controller-address.js';
import { GiveUp } from './give-up.js';
import { ServerSteps } from './server-steps.js';
import { TargetRules } from './target-rules.js';

@Module({
  imports: [EnrolmentModule, ListenersModule, NodesModule, OperationsModule, RolloutModule, SettingsModule],
  controllers: [BootstrapController],
  providers: [BootstrapRepository, TargetRules, ControllerAddress, ServerSteps, AgentSteps, BootstrapRunner, BootstrapJobs, GiveUp, Bootstraps],
})
export class BootstrapModule {}
