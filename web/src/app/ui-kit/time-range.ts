import { Component, computed, inject, input, model } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzSegmentedModule } from 'ng-zorro-antd/segmented';
import { Language } from '../i18n';

export type RangeMinutes = 60 | 1440 | 10_080 | 43_200;

/** The last hour, day, week or month: one control wherever numbers are of a time. */
@Component({
  selector: 'os-time-range',
  imports: [FormsModule, TranslocoDirective, NzSegmentedModule],
  template: `
    <div *transloco="let t" role="group" [attr.aria-label]="t('kit.range.title')">
      <nz-segmented nzSize="small" [nzOptions]="options()" [ngModel]="minutes()" (ngModelChange)="minutes.set($event)" />
    </div>
  `,
})
export class TimeRange {
  private readonly words = inject(TranslocoService);
  private readonly language = inject(Language);

  readonly ranges = input<readonly RangeMinutes[]>([60, 1440, 10_080]);
  readonly minutes = model.required<number>();
  protected readonly options = computed(() => {
    this.language.current();
    return this.ranges().map((value) => ({ value, label: this.words.translate(`kit.range.${value}`) }));
  });
}
