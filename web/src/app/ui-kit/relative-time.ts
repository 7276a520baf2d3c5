import { Component, computed, inject, input } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import { Language } from '../i18n';
import { Clock } from './clock';
import { formatInstant, formatRelative, unknownMark } from './format';

/** "3 min ago" with the exact instant on hover; or the exact instant, where the date itself is the fact, with the age on hover. */
@Component({
  selector: 'os-time',
  imports: [TranslocoPipe],
  template: `<time [attr.datetime]="iso()" [title]="exact() ? age('kit.time.justNow' | transloco) : date()">{{ exact() ? date() || unknown : age('kit.time.justNow' | transloco) }}</time>`,
  styles: `:host { white-space: nowrap; font-variant-numeric: tabular-nums; }`,
})
export class RelativeTime {
  private readonly clock = inject(Clock);
  private readonly language = inject(Language);

  readonly at = input.required<Date | string | null>();
  readonly exact = input(false);

  private readonly instant = computed(() => {
    const at = this.at();
    return at === null ? null : new Date(at);
  });
  protected readonly iso = computed(() => this.instant()?.toISOString() ?? null);
  protected readonly date = computed(() => {
    const at = this.instant();
    return at ? formatInstant(at) : '';
  });
  protected readonly unknown = unknownMark;

  protected age(justNow: string): string {
    const at = this.instant();
    return at ? formatRelative(at, this.clock.now(), this.language.current(), justNow) : unknownMark;
  }
}
