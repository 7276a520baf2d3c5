import { Component, computed, input } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import { NzTooltipModule } from 'ng-zorro-antd/tooltip';
import { formatBytes } from './format';

/** `5% (9 GB / 187 GB)` over a thin bar; the percent is of the exact values, not of the rounded ones. */
@Component({
  selector: 'os-usage',
  imports: [NzTooltipModule, TranslocoPipe],
  template: `
    @if (percent() !== null) {
      <div class="words"><span class="percent">{{ percent() }}%</span><span class="detail">({{ bytes(used()) }} / {{ bytes(total()) }})</span></div>
      <div class="bar"><div [style.width.%]="percent()"></div></div>
    } @else {
      <span class="unknown" nz-tooltip [nzTooltipTitle]="(why() || 'kit.unknown.noSample') | transloco">–</span>
    }
  `,
  host: { '[attr.data-level]': 'level()' },
  styles: `
    :host { display: block; min-width: var(--os-usage-min, 136px); max-width: 200px; --level: var(--os-brand); }
    :host([data-level='high']) { --level: var(--os-warn); }
    :host([data-level='full']) { --level: var(--os-bad); }
    .words { display: flex; flex-wrap: wrap; gap: 0 4px; white-space: nowrap; font-variant-numeric: tabular-nums; line-height: 20px; }
    .percent { color: var(--os-text); }
    .detail { color: var(--os-text-2); font-size: 12px; }
    .bar { height: 3px; border-radius: 2px; background: var(--os-sunken); overflow: hidden; margin-top: 2px; }
    .bar div { height: 100%; border-radius: 2px; background: var(--level); min-width: 2px; }
    .unknown { color: var(--os-text-3); cursor: help; }
  `,
})
export class UsageCell {
  /** Bytes in use; null when not known. */
  readonly used = input.required<number | null>();
  readonly total = input.required<number | null>();
  /** Translation key of the reason why nothing is known. */
  readonly why = input('');

  protected readonly bytes = formatBytes;
  protected readonly percent = computed(() => {
    const [used, total] = [this.used(), this.total()];
    if (used === null || total === null || total <= 0) return null;
    return Math.min(100, Math.round((used / total) * 100));
  });
  protected readonly level = computed(() => {
    const percent = this.percent() ?? 0;
    return percent >= 95 ? 'full' : percent >= 85 ? 'high' : 'normal';
  });
}
