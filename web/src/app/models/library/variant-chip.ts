import { Component, computed, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzIconModule } from 'ng-zorro-antd/icon';
import type { ModelVariant } from '../../api';
import { NumberPipe } from '../../ui-kit';

/** One size of a family: grey while it is not here, filling with green while it comes, green when it is. */
@Component({
  selector: 'os-variant-chip',
  imports: [TranslocoDirective, NzIconModule, NumberPipe],
  template: `
    <button *transloco="let t" type="button" [disabled]="!canAct()" (click)="chosen.emit()" [title]="variant().name" [attr.aria-label]="t('models.chip.' + variant().state, { label: variant().label, percent: (variant().percent | number: 2) })">
      @if (filled()) {<span class="fill" [style.width.%]="variant().percent"></span>}
      <span class="face">
        @switch (variant().state) {
          @case ('ready') {<nz-icon nzType="check" />}
          @case ('paused') {<nz-icon nzType="pause-circle" />}
          @case ('failed') {<nz-icon nzType="exclamation-circle" />}
          @case ('queued') {<nz-icon nzType="clock-circle" />}
        }
        {{ variant().label }}
        @if (filled()) {<span class="percent">{{ shownPercent() }}%</span>}
      </span>
      @if (variant().state === 'absent' && canAct()) {<span class="face offer" aria-hidden="true"><nz-icon nzType="download" />{{ t('models.chip.download') }}</span>}
    </button>
  `,
  host: { '[attr.data-state]': 'variant().state' },
  styles: `
    :host { display: inline-flex; max-width: 100%; }
    button { position: relative; display: grid; overflow: hidden; max-width: 100%; min-height: 28px; padding: 0; border: 1px solid var(--os-line); border-radius: 6px; background: var(--os-sunken); color: var(--os-text-2); font-size: 13px; line-height: 20px; cursor: pointer; transition: background-color 150ms, border-color 150ms; }
    button:disabled { cursor: default; }
    .fill { position: absolute; inset: 0 auto 0 0; background: color-mix(in srgb, var(--os-ok) 26%, transparent); transition: width 300ms linear; }
    .face { position: relative; grid-area: 1 / 1; display: flex; align-items: center; justify-content: center; gap: 6px; min-width: 0; padding: 3px 10px; overflow-wrap: anywhere; text-align: left; }
    .percent { font-variant-numeric: tabular-nums; font-weight: 500; }
    .offer { visibility: hidden; }
    :host([data-state='absent']) button:not(:disabled):is(:hover, :focus-visible) { background: var(--os-brand-soft); border-color: var(--os-brand-line); color: var(--os-brand-text); }
    :host([data-state='absent']) button:not(:disabled):is(:hover, :focus-visible) .face { visibility: hidden; }
    :host([data-state='absent']) button:not(:disabled):is(:hover, :focus-visible) .offer { visibility: visible; }
    :host([data-state='ready']) button { background: var(--os-ok-soft); border-color: var(--os-ok-line); color: var(--os-ok-text); font-weight: 500; }
    :host([data-state='ready']) button:hover { border-color: var(--os-ok); }
    :host([data-state='downloading']) button { border-color: var(--os-ok-line); color: var(--os-text); }
    :host([data-state='paused']) button { border-color: var(--os-warn-line); border-style: dashed; color: var(--os-warn-text); }
    :host([data-state='paused']) .fill { background: color-mix(in srgb, var(--os-warn) 22%, transparent); }
    :host([data-state='queued']) button { border-style: dashed; }
    :host([data-state='failed']) button { border-color: var(--os-bad-line); background: var(--os-bad-soft); color: var(--os-bad-text); }
    @media (prefers-reduced-motion: reduce) { .fill { transition: none; } }
  `,
})
export class VariantChip {
  readonly variant = input.required<ModelVariant>();
  readonly mayWrite = input(false);
  readonly chosen = output();

  protected readonly filled = computed(() => this.variant().state === 'downloading' || this.variant().state === 'paused');
  /** Never 100.00 before it is. */
  protected readonly shownPercent = computed(() => (Math.floor(this.variant().percent * 100) / 100).toFixed(2));
  protected readonly canAct = computed(() => this.variant().state !== 'absent' || this.mayWrite());
}
