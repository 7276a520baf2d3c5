import { Module } from '@nestjs/common';
import { InstancesModule } from '../instances/index.js';
import { ModelsModule } from '../models/index.js';
import { ConformanceLoop } from './conformance-loop.js';
import { ConformanceResults } from './conformance-results.js';

@Module({ imports: [InstancesModule, ModelsModule], providers: [ConformanceResults, ConformanceLoop], exports: [ConformanceResults, ConformanceLoop] })
export class ConformanceModule {}
