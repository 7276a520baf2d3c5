import { Component, computed, inject, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { Clock } from './clock';
import { DurationPipe } from './pipes';
import type { Tone } from './state-tag';

/** A job on its way: bar, percent, phase, time since its start, and the way to its log. */
@Component({
  selector: 'os-progress',
  imports: [TranslocoDirective, NzIconModule, DurationPipe],
  template: `
    <ng-container *transloco="let t">
      <div class="bar" role="progressbar" aria-valuemin="0" aria-valuemax="100" [attr.aria-valuenow]="shown()" [attr.aria-label]="phase()">
        <div [style.width.%]="shown() ?? 0"></div>
      </div>
      <span class="percent">{{ shown() === null ? '–' : shown() + '%' }}</span>
      <div class="words">
        <span class="phase" [title]="phase()">{{ phase() }}</span>
        @if (detail()) {<span class="elapsed">{{ detail() }}</span>}
        @if (elapsedMs()) {<span class="elapsed">{{ elapsedMs() | duration: true }}</span>}
        @if (hasLog()) {
          <button type="button" class="log" (click)="openLog.emit(); $event.stopPropagation()" [attr.aria-label]="t('kit.progress.log')" [title]="t('kit.progress.log')"><nz-icon nzType="file-text" /></button>
        }
      </div>
    </ng-container>
  `,
  host: { '[attr.data-tone]': 'tone()' },
  styles: `
    :host { display: grid; grid-template-columns: 1fr auto; column-gap: 8px; align-items: center; min-width: 120px; max-width: 320px; font-size: 12px; line-height: 18px; }
    .bar { height: 6px; border-radius: 3px; background: color-mix(in srgb, var(--os-text) 12%, transparent); overflow: hidden; }
    .bar div { height: 100%; border-radius: 3px; background: var(--os-tone); transition: width 150ms; }
    .percent { min-width: 34px; text-align: right; font-variant-numeric: tabular-nums; color: var(--os-text); }
    .words { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 0 8px; align-items: center; color: var(--os-text-2); min-height: 20px; }
    .phase { max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .elapsed { color: var(--os-text-3); white-space: nowrap; font-variant-numeric: tabular-nums; }
    .log { border: 0; background: none; padding: 0 2px; color: var(--os-brand-text); cursor: pointer; font-size: 14px; margin-left: auto; }
  `,
})
export class ProgressLine {
  private readonly clock = inject(Clock);

  /** 0 to 100; null while nobody knows. */
  readonly percent = input.required<number | null>();
  /** Digits after the point: two where a job moves bytes for hours. */
  readonly decimals = input(0);
  readonly phase = input('');
  /** More about it, e.g. its speed; already translated. */
  readonly detail = input('');
  readonly tone = input<Tone>('busy');
  /** Shows the time since then; null hides it. */
  readonly elapsedSince = input<Date | string | null>(null);
  readonly hasLog = input(true);
  readonly openLog = output();

  protected readonly shown = computed(() => {
    const percent = this.percent();
    if (percent === null || !Number.isFinite(percent)) return null;
    const steps = 10 ** this.decimals();
    return Math.min(100, Math.max(0, Math.floor(percent * steps) / steps)).toFixed(this.decimals());
  });
  protected readonly elapsedMs = computed(() => {
    const since = this.elapsedSince();
    return since === null ? null : Math.floor(Math.max(0, this.clock.now().getTime() - new Date(since).getTime()) / 1000) * 1000;
  });
}
