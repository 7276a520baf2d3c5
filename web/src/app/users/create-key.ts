import { Component, ElementRef, afterNextRender, computed, inject, input, output, signal, viewChild } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzSelectModule } from 'ng-zorro-antd/select';
import { Api, ApiFailure, type ApiKey } from '../api';
import { FieldError, failureWords } from '../ui-kit';
import { expiryOf, lifetimes, type Lifetime } from './key-state';

/** Label and life of a new API key. */
@Component({
  selector: 'os-create-key',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzInputModule, NzSelectModule, FieldError],
  template: `
    <form *transloco="let t" (ngSubmit)="submit()" novalidate>
      <div class="field">
        <label for="key-label">{{ t('users.keys.label') }}</label>
        <input nz-input id="key-label" name="label" maxlength="100" autocomplete="off" #first [placeholder]="t('users.keys.labelPlaceholder')" [ngModel]="label()" (ngModelChange)="label.set($event); failure.set(null)" [nzStatus]="problem() || refusal('label') ? 'error' : ''" />
        <os-field-error [message]="problem() ? t('users.keys.' + problem()) : refusal('label')" />
        <p class="field-help">{{ t('users.keys.labelHelp') }}</p>
      </div>
      <div class="field">
        <label for="key-expiry">{{ t('users.keys.expiry') }}</label>
        <nz-select nzId="key-expiry" name="expiry" [ngModel]="lifetime()" (ngModelChange)="lifetime.set($event)">
          @for (each of lifetimes; track each) {<nz-option [nzValue]="each" [nzLabel]="t('users.keys.lifetime.' + each)" />}
        </nz-select>
        <os-field-error [message]="refusal('expiresAt')" />
      </div>
      <os-field-error [message]="general() ? general()!.message || t(general()!.title) : ''" />
      <footer>
        <button nz-button type="button" (click)="closed.emit()">{{ t('users.keys.cancel') }}</button>
        <button nz-button nzType="primary" type="submit" [nzLoading]="sending()">{{ t('users.keys.submit') }}</button>
      </footer>
    </form>
  `,
  styles: `
    form { padding: 16px; border: 1px solid var(--os-line-soft); border-radius: 8px; background: var(--os-sunken); }
    nz-select { width: 220px; }
    footer { display: flex; justify-content: flex-end; gap: 8px; }
  `,
})
export class CreateKey {
  private readonly api = inject(Api);

  private readonly first = viewChild<ElementRef<HTMLInputElement>>('first');

  readonly userId = input.required<string>();
  readonly made = output<{ readonly key: ApiKey; readonly secret: string }>();
  readonly closed = output();

  protected readonly lifetimes = lifetimes;
  protected readonly label = signal('');
  protected readonly lifetime = signal<Lifetime>('never');
  protected readonly tried = signal(false);
  protected readonly sending = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly problem = computed(() => {
    const label = this.label().trim();
    if (label.length > 64) return 'labelTooLong';
    return label === '' && this.tried() ? 'labelRequired' : null;
  });
  protected readonly general = computed(() => {
    const failure = this.failure();
    return failure === null || ['label', 'expiresAt'].includes(failure.field ?? '') ? null : failureWords(failure);
  });

  constructor() {
    afterNextRender(() => this.first()?.nativeElement.focus());
  }

  protected refusal(field: string): string {
    const failure = this.failure();
    return failure?.field === field ? failure.message : '';
  }

  protected async submit(): Promise<void> {
    this.tried.set(true);
    if (this.problem() !== null || this.sending()) return;
    this.sending.set(true);
    try {
      this.made.emit(await this.api.post('/keys', { body: { userId: this.userId(), label: this.label().trim(), expiresAt: expiryOf(this.lifetime(), Date.now()) } }));
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.sending.set(false);
    }
  }
}
