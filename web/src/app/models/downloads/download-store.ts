import { Injectable, computed, effect, inject, signal, untracked } from '@angular/core';
import { Api, ApiFailure, LiveStore, type Download } from '../../api';
import { withLiveOperation } from '../library/live-families';

/** Open and recent downloads: fetched again when one of them changes its state, their percent follows by events. */
@Injectable()
export class DownloadStore {
  private readonly api = inject(Api);
  private readonly live = inject(LiveStore);
  private readonly fetched = signal<readonly Download[] | null>(null);
  private readonly failureState = signal<ApiFailure | null>(null);
  private turn = 0;

  /** In the order in which they run, then recent ones; null until they have arrived. */
  readonly all = computed(() => this.fetched()?.map((download) => withLiveOperation(download, this.live.operations())) ?? null);
  readonly failure = this.failureState.asReadonly();
  /** Another word after each change that is more than progress. */
  readonly changes = computed(() => this.live.operations().filter(({ kind }) => kind === 'download-model').map(({ id, state, phase, attempt }) => [id, state, phase, attempt].join(' ')).join());

  constructor() {
    effect(() => {
      this.changes();
      this.live.stale();
      untracked(() => void this.load());
    });
  }

  async load(): Promise<void> {
    const turn = ++this.turn;
    try {
      const downloads = await this.api.get('/downloads');
      if (turn !== this.turn) return;
      this.fetched.set(downloads);
      this.failureState.set(null);
    } catch (thrown) {
      if (turn === this.turn) this.failureState.set(ApiFailure.from(thrown));
    }
  }
}
