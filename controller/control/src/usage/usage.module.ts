import { Module } from '@nestjs/common';
import { SettingsModule } from '../settings/index.js';
import { UsersModule } from '../users/index.js';
import { CallLog } from './call-log.js';
import { RetentionLoop } from './retention-loop.js';
import { UsageController } from './usage.controller.js';
import { UsageReader } from './usage-reader.js';

@Module({ imports: [SettingsModule, UsersModule], controllers: [UsageController], providers: [CallLog, RetentionLoop, UsageReader], exports: [CallLog, UsageReader] })
export class UsageModule {}
