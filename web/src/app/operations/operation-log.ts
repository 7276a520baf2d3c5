import { DestroyRef, Injectable, inject, signal } from '@angular/core';
import { Api, ApiFailure, type LogLine } from '../api';

const everyMs = 1500;
/** Lines kept in the browser; older ones are dropped from the top. */
const keptLines = 20_000;

/** The log of one operation, read on from its last line while somebody looks. Provide it in the component that shows it. */
@Injectable()
export class OperationLog {
  private readonly api = inject(Api);
  private readonly state = signal<readonly LogLine[]>([]);
  private readonly failureState = signal<ApiFailure | null>(null);
  private id: string | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts the logs asked for, so that an answer for an earlier one is dropped. */
  private turn = 0;

  readonly lines = this.state.asReadonly();
  readonly failure = this.failureState.asReadonly();
  /** Whether to ask for more; set by whoever knows that the job is over. */
  readonly live = signal(true);

  constructor() {
    inject(DestroyRef).onDestroy(() => this.close());
  }

  /** Shows the log of another operation from its first line on. */
  open(id: string): void {
    this.close();
    this.state.set([]);
    this.failureState.set(null);
    this.id = id;
    void this.read();
  }

  close(): void {
    this.turn += 1;
    this.id = null;
    clearTimeout(this.timer);
  }

  /** Reads what came since; goes on by itself while the job runs. */
  async read(): Promise<void> {
    const [id, turn] = [this.id, this.turn];
    if (id === null) return;
    clearTimeout(this.timer);
    try {
      const lines = await this.api.get('/operations/{id}/log', { params: { id }, query: { after: this.state().at(-1)?.number ?? 0 } });
      if (turn !== this.turn) return;
      if (lines.length > 0) this.state.update((known) => [...known, ...lines].slice(-keptLines));
      this.failureState.set(null);
    } catch (thrown) {
      if (turn !== this.turn) return;
      this.failureState.set(ApiFailure.from(thrown));
    }
    if (this.live()) this.timer = setTimeout(() => void this.read(), everyMs);
  }
}
