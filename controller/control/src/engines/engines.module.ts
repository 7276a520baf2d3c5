import { Module } from '@nestjs/common';
import { CustomEngines } from './custom-engines.js';
import { EngineImages } from './engine-images.js';
import { EngineUses } from './engine-uses.js';
import { EnginesController } from './engines.controller.js';

@Module({ controllers: [EnginesController], providers: [EngineImages, EngineUses, CustomEngines], exports: [EngineImages, EngineUses, CustomEngines] })
export class EnginesModule {}
