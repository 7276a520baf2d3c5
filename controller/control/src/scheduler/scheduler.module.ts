import { Module } from '@nestjs/common';
import { EnginesModule } from '../engines/index.js';
import { InstancesModule } from '../instances/index.js';
import { ModelsModule } from '../models/index.js';
import { NodesModule } from '../nodes/index.js';
import { PlanInputs } from './plan-inputs.js';
import { SchedulerLoop } from './scheduler-loop.js';
import { ToldImagePolicies } from './told-image-policies.js';

@Module({ imports: [EnginesModule, NodesModule, ModelsModule, InstancesModule], providers: [PlanInputs, SchedulerLoop, ToldImagePolicies], exports: [PlanInputs] })
export class SchedulerModule {}
