import { DestroyRef, Injectable, inject, signal } from '@angular/core';
import { Api, ApiFailure, type Call } from '../../api';
import { appendOlder, prependNewest } from './call-log';

const pageSize = 50;
const refreshMs = 5000;

/** The call log of one service: newest page first, older pages by keyset, the top kept fresh while someone looks. */
@Injectable()
export class CallStore {
  private readonly api = inject(Api);
  private readonly callState = signal<readonly Call[]>([]);
  private readonly nextState = signal<string | null>(null);
  private readonly failureState = signal<ApiFailure | null>(null);
  private filter: { readonly serviceId: string; readonly outcome?: string } | null = null;
  /** Counts the filters that were set: an answer for an older one is dropped. */
  private turn = 0;

  readonly calls = this.callState.asReadonly();
  readonly hasOlder = () => this.nextState() !== null;
  readonly failure = this.failureState.asReadonly();
  readonly loaded = signal(false);
  readonly loadingOlder = signal(false);
  readonly auto = signal(true);

  constructor() {
    const timer = setInterval(() => {
      if (this.auto() && document.visibilityState === 'visible') void this.refresh();
    }, refreshMs);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }

  /** Starts over for another service or outcome. */
  show(serviceId: string, outcome: string): void {
    this.filter = outcome === '' ? { serviceId } : { serviceId, outcome };
    this.turn += 1;
    this.callState.set([]);
    this.nextState.set(null);
    this.failureState.set(null);
    this.loaded.set(false);
    void this.refresh();
  }

  async refresh(): Promise<void> {
    const page = await this.fetch();
    if (page === null) return;
    const merged = prependNewest(this.callState(), page.items);
    this.callState.set(merged.calls);
    if (!merged.joined) this.nextState.set(page.next);
    this.loaded.set(true);
  }

  async loadOlder(): Promise<void> {
    const before = this.nextState();
    if (before === null || this.loadingOlder()) return;
    this.loadingOlder.set(true);
    const page = await this.fetch(before);
    this.loadingOlder.set(false);
    if (page === null) return;
    this.callState.update((shown) => appendOlder(shown, page.items));
    this.nextState.set(page.next);
  }

  private async fetch(before?: string) {
    const [filter, turn] = [this.filter, this.turn];
    if (filter === null) return null;
    try {
      const page = await this.api.get('/calls', { query: { ...filter, limit: pageSize, ...(before !== undefined && { before }) } });
      if (turn !== this.turn) return null;
      this.failureState.set(null);
      return page;
    } catch (thrown) {
      if (turn === this.turn) this.failureState.set(ApiFailure.from(thrown));
      return null;
    }
  }
}
