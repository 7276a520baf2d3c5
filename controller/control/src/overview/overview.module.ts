import { Module } from '@nestjs/common';
import { RoutesModule } from '../routes/index.js';
import { SettingsModule } from '../settings/index.js';
import { UsageModule } from '../usage/index.js';
import { OverviewController } from './overview.controller.js';
import { SystemController } from './system.controller.js';

@Module({ imports: [RoutesModule, SettingsModule, UsageModule], controllers: [OverviewController, SystemController] })
export class OverviewModule {}
