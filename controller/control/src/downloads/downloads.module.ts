import { Module } from '@nestjs/common';
import { CatalogModule } from '../catalog/index.js';
import { HubsModule } from '../hubs/index.js';
import { ModelsModule } from '../models/index.js';
import { OperationsModule } from '../operations/index.js';
import { DownloadLoop } from './download-loop.js';
import { DownloadMoves } from './download-moves.js';
import { DownloadPlans } from './download-plan.js';
import { DownloadRepository } from './download.repository.js';
import { DownloadViews } from './download-views.js';
import { Downloads } from './downloads.js';
import { DownloadsController } from './downloads.controller.js';
import { HubSettings } from './hub-settings.js';
import { ModelDisk } from './model-disk.js';
import { RunReporter } from './run-reporter.js';

@Module({
  imports: [CatalogModule, HubsModule, ModelsModule, OperationsModule],
  controllers: [DownloadsController],
  providers: [DownloadLoop, DownloadMoves, DownloadPlans, DownloadRepository, DownloadViews, Downloads, HubSettings, ModelDisk, RunReporter],
  exports: [HubSettings],
})
export class DownloadsModule {}
