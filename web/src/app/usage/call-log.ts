import { Service, inject, signal } from '@angular/core';
import { Api, ApiFailure, type Call } from '../api';

export interface CallFilter {
  readonly serviceId?: string;
  readonly userId?: string;
  readonly outcome?: string;
}

const pageSize = 50;

/** Pages of the call log, newest first; older ones are added below. Provided by the page that shows it. */
@Service({ autoProvided: false })
export class CallLog {
  private readonly api = inject(Api);
  private readonly callsState = signal<readonly Call[]>([]);
  private readonly nextState = signal<string | null>(null);
  private readonly loadingState = signal(false);
  private readonly loadedState = signal(false);
  private readonly failureState = signal<ApiFailure | null>(null);
  private filter: CallFilter = {};
  /** Counts loads, so that the answer to an old filter is dropped. */
  private turn = 0;

  readonly calls = this.callsState.asReadonly();
  readonly next = this.nextState.asReadonly();
  readonly loading = this.loadingState.asReadonly();
  readonly loaded = this.loadedState.asReadonly();
  readonly failure = this.failureState.asReadonly();

  /** The newest page for a filter; what is shown stays until it arrives. */
  async load(filter: CallFilter = this.filter): Promise<void> {
    this.filter = filter;
    await this.fetch(null);
  }

  async loadOlder(): Promise<void> {
    const next = this.nextState();
    if (next !== null && !this.loadingState()) await this.fetch(next);
  }

  private async fetch(before: string | null): Promise<void> {
    const turn = ++this.turn;
    this.loadingState.set(true);
    try {
      const page = await this.api.get('/calls', { query: { limit: pageSize, ...this.filter, ...(before === null ? {} : { before }) } });
      if (turn !== this.turn) return;
      this.callsState.update((calls) => (before === null ? page.items : [...calls, ...page.items]));
      this.nextState.set(page.next);
      this.loadedState.set(true);
      this.failureState.set(null);
    } catch (thrown) {
      if (turn === this.turn) this.failureState.set(ApiFailure.from(thrown));
    } finally {
      if (turn === this.turn) this.loadingState.set(false);
    }
  }
}
