import { Component, computed, inject, input } from '@angular/core';
import type { UsageSummary } from '../../api';
import { Language } from '../../i18n';
import { formatInstant, formatNumber } from '../../ui-kit';

/** Requests over time as thin bars: shape at a glance, the number of each on hover. */
@Component({
  selector: 'os-request-bars',
  template: `
    @if (bars().length > 0) {
      <div class="bars" role="img" [attr.aria-label]="label() + ', max ' + peak()">
        @for (bar of bars(); track bar.at) {<div [title]="bar.words"><span [style.height.%]="bar.percent"></span></div>}
      </div>
      <div class="axis"><span>{{ bars()[0]?.from }}</span><span>{{ bars().at(-1)?.from }}</span></div>
    }
  `,
  styles: `
    .bars { display: flex; align-items: flex-end; gap: 1px; height: 56px; border-bottom: 1px solid var(--os-line-soft); }
    .bars div { flex: 1; height: 100%; display: flex; align-items: flex-end; min-width: 0; }
    .bars div:hover { background: var(--os-hover); }
    .bars span { width: 100%; background: var(--os-chart-1); border-radius: 1px 1px 0 0; }
    .axis { display: flex; justify-content: space-between; font-size: 11px; line-height: 16px; color: var(--os-text-3); font-variant-numeric: tabular-nums; margin-top: 2px; }
  `,
})
export class RequestBars {
  private readonly language = inject(Language);
  readonly series = input.required<UsageSummary['series']>();
  readonly label = input.required<string>();

  protected readonly peak = computed(() => Math.max(0, ...this.series().map(({ requests }) => requests)));
  protected readonly bars = computed(() => {
    const [peak, language] = [this.peak(), this.language.current()];
    // Month, day, hour and minute: `11-23 06:17`.
    const axis = (at: string) => formatInstant(new Date(at)).slice(5, 16);
    return this.series().map(({ at, requests }) => ({
      at,
      from: axis(at),
      percent: peak === 0 ? 0 : (requests / peak) * 100,
      words: `${formatInstant(new Date(at))}: ${formatNumber(requests, 0, language)}`,
    }));
  });
}
