import { Module } from '@nestjs/common';
import { CustomEngines } from './custom-engines.js';
import { EngineImages } from './engine-images.js';
import { EngineUses } from './engine-uses.js';
import { EnginesController } from './engines.controller.js';
import { NodeImagePolicies } from './node-image-policies.js';

@Module({ controllers: [EnginesController], providers: [EngineImages, EngineUses, CustomEngines, NodeImagePolicies], exports: [EngineImages, EngineUses, CustomEngines, NodeImagePolicies] })
export class EnginesModule {}
