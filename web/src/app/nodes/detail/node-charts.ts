import { Component, DestroyRef, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Api, ApiFailure, type NodeHistory } from '../../api';
import { Language } from '../../i18n';
import { EmptyState, ErrorState, Skeleton, TimeChart, TimeRange, type RangeMinutes } from '../../ui-kit';
import { historyCharts, historyWindow } from './history-charts';
import { NodeContext } from './node-context';

const ranges: readonly RangeMinutes[] = [60, 360, 1440, 10_080, 43_200];
const refreshMs = 15_000;

/** What was measured on the node over a time: CPU, memory, disk, network and every card. */
@Component({
  selector: 'os-node-charts',
  imports: [TranslocoDirective, EmptyState, ErrorState, Skeleton, TimeChart, TimeRange],
  template: `
    <ng-container *transloco="let t">
      <div class="toolbar"><os-time-range [ranges]="ranges" [minutes]="range()" (minutesChange)="choose($event)" /><span class="spacer"></span><span class="faint small">{{ t('nodes.chart.zone', { zone }) }}</span></div>
      @if (failure(); as failed) {<os-error class="failure" [failure]="failed" (retry)="load()" />}
      @if (history()) {
        <div class="charts">
          @for (chart of charts(); track chart.id) {
            <section class="card"><h2>{{ t(chart.title, chart.values) }}</h2><div class="card-body"><os-time-chart [series]="chart.series" [window]="window()" [label]="t(chart.title, chart.values)" /></div></section>
          } @empty {<div class="card wide"><os-empty icon="bar-chart" [text]="t('nodes.chart.none')" /></div>}
        </div>
      } @else if (!failure()) {<os-skeleton shape="cards" [count]="4" />}
    </ng-container>
  `,
  styles: `
    .charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px; }
    .wide { grid-column: 1 / -1; }
    .card-body { padding: 12px; }
    os-time-chart { height: 200px; }
    .failure { margin-bottom: 16px; }
    @media (max-width: 1000px) { .charts { grid-template-columns: minmax(0, 1fr); } }
  `,
})
export class NodeCharts {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly words = inject(TranslocoService);
  private readonly language = inject(Language);
  protected readonly context = inject(NodeContext);

  /** Query parameter. */
  readonly minutes = input<string>();

  protected readonly ranges = ranges;
  protected readonly zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  protected readonly range = computed(() => ranges.find((each) => String(each) === this.minutes()) ?? 60);
  protected readonly history = signal<NodeHistory | null>(null);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly window = signal(historyWindow(60, new Date()));
  protected readonly charts = computed(() => {
    this.language.current();
    const history = this.history();
    return history ? historyCharts(history, this.cards(), (key) => this.words.translate(key)) : [];
  });
  /** Which cards there are; not their numbers, which move with every sample. */
  private readonly cards = computed(() => (this.context.node()?.gpus ?? []).map(({ uuid, index, name }) => ({ uuid, index, name })), { equal: (one, other) => JSON.stringify(one) === JSON.stringify(other) });

  constructor() {
    effect(() => {
      this.context.id();
      this.range();
      untracked(() => {
        this.history.set(null);
        void this.load();
      });
    });
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void this.load();
    }, refreshMs);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }

  protected async choose(minutes: number): Promise<void> {
    await this.router.navigate([], { queryParams: { minutes: minutes === 60 ? null : minutes }, queryParamsHandling: 'merge', replaceUrl: true });
  }

  protected async load(): Promise<void> {
    const [id, minutes] = [this.context.id(), this.range()];
    if (id === '') return;
    const stillAsked = () => this.context.id() === id && this.range() === minutes;
    try {
      const history = await this.api.get('/nodes/{id}/history', { params: { id }, query: { minutes, points: 240 } });
      if (!stillAsked()) return;
      this.window.set(historyWindow(minutes, new Date()));
      this.history.set(history);
      this.failure.set(null);
    } catch (thrown) {
      if (stillAsked()) this.failure.set(ApiFailure.from(thrown));
    }
  }
}
