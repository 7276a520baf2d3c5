import { Component, DestroyRef, computed, inject, signal } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Api, ApiFailure, type UsageSummary } from '../api';
import { Language } from '../i18n';
import { EmptyState, ErrorState, Skeleton, TimeChart, TimeRange, type ChartSeries } from '../ui-kit';

const refreshMs = 30_000;

/** Requests and time to first token over the last hour, day or week, refreshed twice a minute. */
@Component({
  selector: 'os-traffic',
  imports: [TranslocoDirective, EmptyState, ErrorState, Skeleton, TimeChart, TimeRange],
  template: `
    <ng-container *transloco="let t">
      <h2>{{ t('home.traffic.title') }}
        <os-time-range [minutes]="minutes()" (minutesChange)="choose($event)" />
      </h2>
      <div class="card-body">
        @if (failure(); as failure) {<os-error [failure]="failure" (retry)="load()" />}
        @else if (summary(); as summary) {
          @if (summary.requests > 0) {<os-time-chart [series]="series()" [label]="t('home.traffic.label', { count: summary.requests })" />}
          @else {<os-empty icon="bar-chart" [text]="t('home.traffic.empty')" />}
        } @else {<os-skeleton />}
      </div>
    </ng-container>
  `,
  host: { class: 'card' },
  styles: `:host { display: block; } os-empty { padding: 60px 0 58px; }`,
})
export class Traffic {
  private readonly api = inject(Api);
  private readonly words = inject(TranslocoService);
  private readonly language = inject(Language);

  protected readonly minutes = signal(60);
  protected readonly summary = signal<UsageSummary | null>(null);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly series = computed<readonly ChartSeries[]>(() => {
    this.language.current();
    const points = this.summary()?.series ?? [];
    return [
      { label: this.words.translate('home.traffic.requests'), kind: 'bar', unit: 'count', colour: 1, points: points.map(({ at, requests }) => [at, requests]) },
      { label: this.words.translate('home.traffic.ttft'), kind: 'line', unit: 'ms', colour: 2, points: points.map(({ at, ttftP50Ms }) => [at, ttftP50Ms]) },
    ];
  });

  constructor() {
    const timer = setInterval(() => void this.load(), refreshMs);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
    void this.load();
  }

  protected choose(minutes: number): void {
    this.minutes.set(minutes);
    void this.load();
  }

  protected async load(): Promise<void> {
    const minutes = this.minutes();
    try {
      const summary = await this.api.get('/usage', { query: { minutes } });
      if (minutes !== this.minutes()) return;
      this.summary.set(summary);
      this.failure.set(null);
    } catch (thrown) {
      if (minutes === this.minutes()) this.failure.set(ApiFailure.from(thrown));
    }
  }
}
