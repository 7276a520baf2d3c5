import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { z } from 'zod';
import { VariantProgress, type DownloadProgress } from '../catalog/index.js';
import { Operations } from '../operations/index.js';
import { DownloadLoop } from './download-loop.js';
import type { DownloadState } from './download.machine.js';
import { DownloadRepository } from './download.repository.js';
import type { downloadFileSchema, downloadSchema } from './downloads.schema.js';
import type { DownloadRow } from './downloads.store.js';
import { ModelDisk } from './model-disk.js';
import { inOrder } from './queue.reconciler.js';

export type DownloadView = z.infer<typeof downloadSchema>;
export type DownloadFileView = z.infer<typeof downloadFileSchema>;

const ON_THE_CHIP: Partial<Record<DownloadState, DownloadProgress['state']>> = { queued: 'queued', active: 'downloading', waiting: 'downloading', paused: 'paused', failed: 'failed' };

/** Downloads as people see them. */
@Injectable()
export class DownloadViews implements OnModuleInit {
  constructor(
    private readonly downloads: DownloadRepository,
    private readonly operations: Operations,
    private readonly loop: DownloadLoop,
    private readonly disk: ModelDisk,
    private readonly variants: VariantProgress,
  ) {}

  onModuleInit(): void {
    this.variants.provide(() => this.#onChips());
  }

  /** Open ones as they run, then the others, newest first. */
  async list(): Promise<DownloadView[]> {
    const [unfinished, recent] = await Promise.all([this.downloads.unfinished(), this.downloads.recent()]);
    const shown = unfinished.filter(({ state }) => state !== 'cancelled');
    const order: readonly DownloadState[] = ['active', 'waiting', 'queued', 'paused', 'failed'];
    shown.sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.rank - b.rank);
    const views = await Promise.all([...shown, ...recent].map((row) => this.#view(row, unfinished)));
    return views.filter((view) => view !== undefined);
  }

  async get(id: string): Promise<DownloadView | undefined> {
    const row = await this.downloads.get(id);
    return row && this.#view(row, await this.downloads.unfinished());
  }

  async files(row: DownloadRow): Promise<DownloadFileView[]> {
    const run = this.loop.runOf(row.id);
    if (!run || run.fetch.files.length === 0) return this.disk.filesOf(row);
    return run.fetch.files.map(({ file, bytesDone, state }) => ({ path: file.path, bytes: file.bytes, bytesDone, state }));
  }

  async #view(row: DownloadRow, unfinished: readonly DownloadRow[]): Promise<DownloadView | undefined> {
    const operation = await this.operations.get(row.operationId);
    if (!operation) return undefined;
    const { id, modelId, name, variantId, hub, repository, revision, state, waitingFor, message } = row;
    const place = inOrder(unfinished).findIndex((one) => one.id === id) + 1;
    return { id, modelId, name, variantId, hub, repository, revision, state, place: place === 0 ? null : place, waitingFor, message, operation };
  }

  async #onChips(): Promise<ReadonlyMap<string, DownloadProgress>> {
    const chips = new Map<string, DownloadProgress>();
    for (const { id, modelId, state, operationId } of await this.downloads.unfinished()) {
      const shown = ON_THE_CHIP[state];
      if (shown) chips.set(modelId, { downloadId: id, state: shown, percent: (await this.operations.get(operationId))?.percent ?? 0 });
    }
    return chips;
  }
}
