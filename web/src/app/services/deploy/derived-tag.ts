import { Component, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';

/** Beside the label of a derived value: whose value it is, and the way back to the recommended one. */
@Component({
  selector: 'os-derived-tag',
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (changed()) {
        <span class="changed">{{ t('services.wizard.derived.changed') }}</span> ·
        <button type="button" (click)="back.emit()">{{ t('services.wizard.derived.reset') }}</button>
      } @else if (known()) {
        {{ t('services.wizard.derived.recommended') }}
      }
    </ng-container>
  `,
  styles: `
    :host { font-size: 12px; font-weight: 400; color: var(--os-text-3); }
    .changed { color: var(--os-warn-text); }
    button { border: 0; background: none; padding: 0; font: inherit; color: var(--os-brand-text); cursor: pointer; }
    button:hover { text-decoration: underline; }
  `,
})
export class DerivedTag {
  readonly changed = input.required<boolean>();
  /** Whether the plan has named a value yet. */
  readonly known = input(true);
  readonly back = output();
}
