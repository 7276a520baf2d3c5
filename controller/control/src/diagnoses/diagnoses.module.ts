import { Module } from '@nestjs/common';
import { InstancesModule } from '../instances/index.js';
import { ModelsModule } from '../models/index.js';
import { DiagnosisLoop } from './diagnosis-loop.js';

@Module({ imports: [InstancesModule, ModelsModule], providers: [DiagnosisLoop] })
export class DiagnosesModule {}
