import { Controller, Inject } from '@nestjs/common';
import { CONTROL_CONFIG, type ControlConfig } from '../config/index.js';
import { ApiError, Caller, Endpoint, Input, type CallerIdentity, type InputOf } from '../http/index.js';
import { ModelViews, type ModelView } from '../models/index.js';
import { DownloadPlans } from './download-plan.js';
import { DownloadViews, type DownloadFileView, type DownloadView } from './download-views.js';
import { Downloads } from './downloads.js';
import { routes, type downloadPreviewSchema } from './downloads.schema.js';
import { HubSettings, type HubSettingsView } from './hub-settings.js';
import { ModelDisk } from './model-disk.js';
import { neededBytes } from './queue.reconciler.js';
import type { z } from 'zod';

@Controller()
export class DownloadsController {
  constructor(
    private readonly downloads: Downloads,
    private readonly views: DownloadViews,
    private readonly plans: DownloadPlans,
    private readonly modelViews: ModelViews,
    private readonly disk: ModelDisk,
    private readonly settings: HubSettings,
    @Inject(CONTROL_CONFIG) private readonly config: ControlConfig,
  ) {}

  @Endpoint(routes.listDownloads)
  listDownloads(): Promise<DownloadView[]> {
    return this.views.list();
  }

  @Endpoint(routes.getDownload)
  async getDownload(@Input() { params }: InputOf<typeof routes.getDownload>): Promise<{ download: DownloadView; files: DownloadFileView[]; startedAt: string | null }> {
    const row = await this.downloads.existing(params.id);
    return { download: await this.#view(params.id), files: await this.views.files(row), startedAt: row.startedAt === null ? null : new Date(row.startedAt).toISOString() };
  }

  @Endpoint(routes.previewDownload)
  async previewDownload(@Input() { body }: InputOf<typeof routes.previewDownload>): Promise<z.infer<typeof downloadPreviewSchema>> {
    const { hub, repository, revision, choice, name } = await this.plans.make(body);
    const freeBytes = await this.disk.freeBytes();
    const needed = neededBytes(choice.bytes, this.config.downloads.reserveBytes);
    const weights = choice.files.filter(({ path }) => /\.(safetensors|gguf)$/i.test(path)).reduce((sum, { bytes }) => sum + bytes, 0);
    return {
      hub, repository, revision: revision.revision, name, bytes: choice.bytes, fileCount: choice.files.length, memoryNeedBytes: Math.ceil(weights * 1.2 + 2 * 2 ** 30),
      freeBytes, neededBytes: needed, fits: freeBytes >= needed, licence: revision.licence, gated: revision.gated, storagePath: this.config.models.dir,
    };
  }

  @Endpoint(routes.startDownload)
  async startDownload(@Input() { body }: InputOf<typeof routes.startDownload>, @Caller() caller: CallerIdentity): Promise<{ download: DownloadView; model: ModelView }> {
    const { id, modelId } = await this.downloads.start(await this.plans.make(body), caller);
    const model = await this.modelViews.get(modelId);
    if (!model) throw new ApiError('conflict', 'the model was deleted in the same moment');
    return { download: await this.#view(id), model };
  }

  @Endpoint(routes.pauseDownload)
  async pauseDownload(@Input() { params }: InputOf<typeof routes.pauseDownload>, @Caller() caller: CallerIdentity): Promise<DownloadView> {
    await this.downloads.pause(params.id, caller);
    return this.#view(params.id);
  }

  @Endpoint(routes.resumeDownload)
  async resumeDownload(@Input() { params }: InputOf<typeof routes.resumeDownload>, @Caller() caller: CallerIdentity): Promise<DownloadView> {
    await this.downloads.resume(params.id, caller);
    return this.#view(params.id);
  }

  @Endpoint(routes.retryDownload)
  async retryDownload(@Input() { params }: InputOf<typeof routes.retryDownload>, @Caller() caller: CallerIdentity): Promise<DownloadView> {
    await this.downloads.retry(params.id, caller);
    return this.#view(params.id);
  }

  @Endpoint(routes.cancelDownload)
  async cancelDownload(@Input() { params }: InputOf<typeof routes.cancelDownload>, @Caller() caller: CallerIdentity): Promise<DownloadView> {
    await this.downloads.cancel(params.id, caller);
    return this.#view(params.id);
  }

  @Endpoint(routes.getHubSettings)
  getHubSettings(): HubSettingsView {
    return this.settings.view();
  }

  @Endpoint(routes.updateHubSettings)
  updateHubSettings(@Input() { body }: InputOf<typeof routes.updateHubSettings>, @Caller() caller: CallerIdentity): Promise<HubSettingsView> {
    return this.settings.change(caller, body);
  }

  async #view(id: string): Promise<DownloadView> {
    const view = await this.views.get(id);
    if (!view) throw new ApiError('not-found', 'no download has this id');
    return view;
  }
}
