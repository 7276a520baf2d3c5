import { Component, computed, inject } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzInputNumberModule } from 'ng-zorro-antd/input-number';
import { NumberPipe } from '../../ui-kit';
import { contextSteps, shortLength, stepAt } from './context-steps';
import { isChanged, resetField } from './deploy-draft';
import { DeployStore } from './deploy-store';
import { DerivedTag } from './derived-tag';
import { FieldNotes } from './field-notes';

const fields = [
  { field: 'contextLength', word: 'context', unit: 'tokens', min: 128, max: 10_000_000, step: 1024 },
  { field: 'parallel', word: 'parallel', unit: 'chats', min: 1, max: 1024, step: 1 },
] as const;

/** Context length and parallel chats: derived from the model and the free memory until a person sets them. */
@Component({
  selector: 'os-choose-size',
  imports: [FormsModule, TranslocoDirective, NzInputNumberModule, DerivedTag, FieldNotes, NumberPipe],
  template: `
    <section class="card" *transloco="let t">
      <h2>{{ t('services.wizard.size.title') }}</h2>
      <div class="card-body">
        <div class="pair">
          @for (each of fields; track each.field) {
            <div class="field">
              <label [for]="'service-' + each.word">{{ t('services.wizard.size.' + each.word) }}
                <os-derived-tag [changed]="isChanged(store.draft(), each.field)" [known]="store[each.field]() !== null" (back)="store.update(resetField(store.draft(), each.field))" />
              </label>
              <nz-input-number [nzId]="'service-' + each.word" [name]="each.field" [ngModel]="store[each.field]()" (ngModelChange)="set(each.field, $event)" [nzMin]="each.min" [nzMax]="each.max" [nzStep]="each.step" [nzPrecision]="0" [nzStatus]="store.errorOf(each.field) ? 'error' : ''">
                <span nzInputAddonAfter>{{ t('services.wizard.size.' + each.unit) }}</span>
              </nz-input-number>
              @if (each.field === 'contextLength' && steps().length > 1) {
                <input class="slider" type="range" min="0" [max]="steps().length - 1" step="1" [value]="at()" (input)="slide($event)" [attr.aria-label]="t('services.wizard.size.slider')" [attr.aria-valuetext]="(steps()[at()] | number) + ' ' + t('services.wizard.size.tokens')" />
                <div class="ends"><span>{{ shortLength(steps()[0]!) }}</span><span>{{ shortLength(steps().at(-1)!) }}</span></div>
              }
              <os-field-notes [field]="each.field" />
              <p class="help">{{ t('services.wizard.size.' + each.word + 'Help') }}</p>
            </div>
          }
        </div>
      </div>
    </section>
  `,
  styleUrl: './field.scss',
  styles: `
    .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(220px, 1fr)); gap: 16px 24px; }
    .field { margin-bottom: 0; }
    nz-input-number { width: 100%; }
    .slider { width: 100%; margin: 6px 0 0; accent-color: var(--os-brand); }
    .ends { display: flex; justify-content: space-between; font-size: 11px; line-height: 14px; color: var(--os-text-3); font-variant-numeric: tabular-nums; }
  `,
})
export class ChooseSize {
  protected readonly store = inject(DeployStore);
  protected readonly fields = fields;
  protected readonly isChanged = isChanged;
  protected readonly resetField = resetField;
  protected readonly shortLength = shortLength;

  protected readonly steps = computed(() => {
    const most = this.store.model()?.contextLength;
    return most ? contextSteps(most) : [];
  });
  protected readonly at = computed(() => stepAt(this.steps(), this.store.contextLength() ?? 0));

  /** An emptied input means: the recommended value again. */
  protected set(field: 'contextLength' | 'parallel', value: number | null): void {
    this.store.change({ [field]: value });
  }

  protected slide(event: Event): void {
    const step = this.steps()[Number((event.target as HTMLInputElement).value)];
    if (step !== undefined) this.store.change({ contextLength: step });
  }
}
