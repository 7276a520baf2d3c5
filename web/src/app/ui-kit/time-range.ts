import { Component, input, model } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';

export type RangeMinutes = 60 | 360 | 1440 | 10_080 | 43_200;

/** The last hour, six hours, day, week or month: one control wherever numbers are of a time. */
@Component({
  selector: 'os-time-range',
  imports: [TranslocoDirective],
  template: `
    <div *transloco="let t" role="group" [attr.aria-label]="t('kit.range.title')">
      @for (range of ranges(); track range) {<button type="button" [attr.aria-pressed]="range === minutes()" (click)="minutes.set(range)">{{ t('kit.range.' + range) }}</button>}
    </div>
  `,
  styles: `
    div { display: inline-flex; margin: -2px 0; padding: 2px; border-radius: 6px; background: var(--os-sunken); border: 1px solid var(--os-line-soft); }
    button { height: 22px; padding: 0 8px; border: 0; border-radius: 4px; background: none; color: var(--os-text-2); font-size: 13px; font-weight: 400; line-height: 22px; white-space: nowrap; cursor: pointer; font-variant-numeric: tabular-nums; }
    button:hover { color: var(--os-text); }
    button[aria-pressed='true'] { background: var(--os-raised); color: var(--os-text); box-shadow: 0 1px 2px rgba(0, 0, 0, 0.16); }
  `,
})
export class TimeRange {
  readonly ranges = input<readonly RangeMinutes[]>([60, 1440, 10_080]);
  readonly minutes = model.required<number>();
}
