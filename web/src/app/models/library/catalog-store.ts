import { Injectable, computed, effect, inject, signal, untracked } from '@angular/core';
import { Api, ApiFailure, LiveStore, type Download, type ModelFamily } from '../../api';
import { DownloadStore } from '../downloads/download-store';
import { withLiveProgress } from './live-families';

/** The families of the catalog, fetched again whenever a card, a model or a download changed. Provide it beside `DownloadStore`. */
@Injectable()
export class CatalogStore {
  private readonly api = inject(Api);
  private readonly live = inject(LiveStore);
  private readonly downloads = inject(DownloadStore);
  private readonly fetched = signal<readonly ModelFamily[] | null>(null);
  private readonly failureState = signal<ApiFailure | null>(null);
  private turn = 0;

  /** Hidden ones included; null until they have arrived. */
  readonly families = computed(() => {
    const families = this.fetched();
    return families && withLiveProgress(families, this.downloads.all() ?? noDownloads, this.live.operations());
  });
  readonly failure = this.failureState.asReadonly();

  constructor() {
    const changes = computed(() => [this.live.changesOf('catalog'), this.live.stale(), this.downloads.changes(), ...this.live.models().map(({ id, state }) => id + state)].join());
    effect(() => {
      changes();
      untracked(() => void this.load());
    });
  }

  async load(): Promise<void> {
    const turn = ++this.turn;
    try {
      const families = await this.api.get('/catalog', { query: { hidden: 'true' } });
      if (turn !== this.turn) return;
      this.fetched.set(families);
      this.failureState.set(null);
    } catch (thrown) {
      if (turn === this.turn) this.failureState.set(ApiFailure.from(thrown));
    }
  }
}

const noDownloads: readonly Download[] = [];
