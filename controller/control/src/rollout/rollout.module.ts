import { Module } from '@nestjs/common';
import { AgentArchives } from './agent-archives.js';
import { ReleasesController } from './releases.controller.js';

@Module({ controllers: [ReleasesController], providers: [AgentArchives], exports: [AgentArchives] })
export class RolloutModule {}
