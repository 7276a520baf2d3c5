import { Component, DestroyRef, computed, inject, input, output, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Api, ApiFailure, LiveStore, type LogLine, type Model } from '../api';
import { LogDrawer, failureWords } from '../ui-kit';

const refreshMs = 2000;

/** The log of a model's import in a drawer; read again while the import runs. */
@Component({
  selector: 'os-import-log',
  imports: [TranslocoDirective, LogDrawer],
  template: `
    <os-log-drawer *transloco="let t" [open]="true" (openChange)="closed.emit()" [title]="model().name + ' · ' + t('models.log')" [lines]="lines()" [following]="following()" (followingChange)="following.set($event)" [name]="model().name + '-import'">
      @if (failure(); as failed) {<p class="failure" role="alert">{{ failureWords(failed).message || t(failureWords(failed).title) }}</p>}
    </os-log-drawer>
  `,
  styles: `.failure { margin: 0 0 8px; color: var(--os-bad-text); }`,
})
export class ImportLog {
  private readonly api = inject(Api);
  private readonly live = inject(LiveStore);

  readonly model = input.required<Model>();
  readonly closed = output();

  protected readonly lines = signal<readonly LogLine[]>([]);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly following = signal(true);
  protected readonly failureWords = failureWords;
  private readonly running = computed(() => this.live.models().find((model) => model.id === this.model().id)?.state === 'importing');
  private wasRunning = true;

  constructor() {
    const timer = setInterval(() => void this.tick(), refreshMs);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
    queueMicrotask(() => void this.read());
  }

  /** Once more after the end: the last lines are the ones people look for. */
  private async tick(): Promise<void> {
    const running = this.running();
    if (running || this.wasRunning || this.failure() !== null) await this.read();
    this.wasRunning = running;
  }

  private async read(): Promise<void> {
    const id = this.model().operationId;
    if (id === null) return;
    try {
      this.lines.set(await this.api.get('/operations/{id}/log', { params: { id } }));
      this.failure.set(null);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    }
  }
}
