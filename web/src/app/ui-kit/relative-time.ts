import { Component, computed, inject, input } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import { Language } from '../i18n';
import { Clock } from './clock';
import { formatInstant, formatRelative, unknownMark } from './format';

/** "3 min ago", the exact instant with zone on hover. */
@Component({
  selector: 'os-time',
  imports: [TranslocoPipe],
  template: `<time [attr.datetime]="iso()" [title]="exact()">{{ words('kit.time.justNow' | transloco) }}</time>`,
  styles: `:host { white-space: nowrap; font-variant-numeric: tabular-nums; }`,
})
export class RelativeTime {
  private readonly clock = inject(Clock);
  private readonly language = inject(Language);

  readonly at = input.required<Date | string | null>();

  private readonly instant = computed(() => {
    const at = this.at();
    return at === null ? null : new Date(at);
  });
  protected readonly iso = computed(() => this.instant()?.toISOString() ?? null);
  protected readonly exact = computed(() => {
    const at = this.instant();
    return at ? formatInstant(at, this.language.current()) : '';
  });

  protected words(justNow: string): string {
    const at = this.instant();
    return at ? formatRelative(at, this.clock.now(), this.language.current(), justNow) : unknownMark;
  }
}
