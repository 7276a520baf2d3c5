import { Component, computed, inject, input } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import type { UsageSummary } from '../api';
import { Language } from '../i18n';
import { DurationPipe, NumberPipe, TimeChart, type ChartSeries } from '../ui-kit';

/** Totals of the chosen time and how requests and tokens spread over it. */
@Component({
  selector: 'os-usage-tiles',
  imports: [TranslocoDirective, DurationPipe, NumberPipe, TimeChart],
  template: `
    <ng-container *transloco="let t">
      <dl class="card">
        <div><dt>{{ t('usage.total.requests') }}</dt><dd>{{ summary().requests | number }}<small [class.bad]="summary().failedRequests > 0">{{ t('usage.total.failed', { count: summary().failedRequests }) }}</small></dd></div>
        <div><dt>{{ t('usage.total.prompt') }}</dt><dd>{{ summary().promptTokens | number }}</dd></div>
        <div><dt>{{ t('usage.total.completion') }}</dt><dd>{{ summary().completionTokens | number }}</dd></div>
        <div><dt>{{ t('usage.total.ttft') }}</dt><dd>{{ summary().ttftP50Ms | duration }}<small>{{ t('usage.total.p95') }} {{ summary().ttftP95Ms | duration }}</small></dd></div>
        <div><dt>{{ t('usage.total.rate') }}</dt><dd>{{ summary().tokensPerSecondP50 | number: 1 }}<small>tokens/s</small></dd></div>
      </dl>
      @if (summary().requests > 0) {<div class="card chart"><os-time-chart [series]="series()" [label]="t('usage.chart')" /></div>}
    </ng-container>
  `,
  styles: `
    :host { display: grid; gap: 16px; }
    dl { display: grid; grid-template-columns: repeat(5, minmax(0, 1fr)); margin: 0; }
    dl div { padding: 14px 16px; border-left: 1px solid var(--os-line-soft); min-width: 0; }
    dl div:first-child { border-left: 0; }
    dt { font-weight: 400; font-size: 13px; color: var(--os-text-2); }
    dd { margin: 0; font-size: 22px; line-height: 32px; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
    small { display: block; line-height: 20px; font-weight: 400; color: var(--os-text-2); font-size: 12px; font-variant-numeric: tabular-nums; }
    small.bad { color: var(--os-bad-text); }
    .chart { padding: 12px 12px 8px; }
    os-time-chart { height: 200px; }
    @media (max-width: 1000px) { dl { grid-template-columns: repeat(3, minmax(0, 1fr)); } }
    @media (max-width: 480px) { dl { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
  `,
})
export class UsageTiles {
  private readonly words = inject(TranslocoService);
  private readonly language = inject(Language);

  readonly summary = input.required<UsageSummary>();
  protected readonly series = computed<readonly ChartSeries[]>(() => {
    this.language.current();
    const { series } = this.summary();
    return [
      { label: this.words.translate('usage.total.requests'), kind: 'bar', unit: 'count', colour: 1, points: series.map(({ at, requests }) => [at, requests]) },
      { label: this.words.translate('usage.total.ttft'), kind: 'line', unit: 'ms', colour: 2, points: series.map(({ at, ttftP50Ms }) => [at, ttftP50Ms]) },
    ];
  });
}
