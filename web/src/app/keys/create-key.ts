import { Component, computed, inject, model, output, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzModalModule } from 'ng-zorro-antd/modal';
import { NzSelectModule } from 'ng-zorro-antd/select';
import { Api, ApiFailure } from '../api';
import { ErrorState, FieldError, ReturnFocus, SecretPanel } from '../ui-kit';

const lifetimes = [0, 30, 90, 365] as const;
const dayMs = 86_400_000;

/** Makes a key and shows its secret this once. */
@Component({
  selector: 'os-create-key',
  hostDirectives: [ReturnFocus],
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzInputModule, NzModalModule, NzSelectModule, ErrorState, FieldError, SecretPanel],
  template: `
    <nz-modal *transloco="let t" [nzVisible]="open()" (nzOnCancel)="cancel()" [nzTitle]="title" [nzFooter]="null" [nzClosable]="!secret()" [nzKeyboard]="!secret()" nzWidth="520px">
      <ng-template #title>{{ t(secret() ? 'keys.create.made' : 'keys.create.open') }}</ng-template>
      <ng-container *nzModalContent>
        @if (secret(); as secret) {<os-secret-panel [secret]="secret" [hint]="t('keys.create.hint')" (stored)="finish()" />}
        @else {
          <form (ngSubmit)="create()">
            @if (failure(); as failure) {<os-error class="failure" [failure]="failure" (retry)="create()" />}
            <div class="field">
              <label for="key-label">{{ t('keys.create.label') }}</label>
              <input nz-input id="key-label" name="label" maxlength="64" autocomplete="off" cdkFocusInitial [(ngModel)]="label" [nzStatus]="missing() ? 'error' : ''" />
              <os-field-error [message]="missing() ? t('keys.create.labelMissing') : ''" />
              <p class="field-help">{{ t('keys.create.labelHelp') }}</p>
            </div>
            <div class="field">
              <label for="key-lifetime">{{ t('keys.create.lifetime') }}</label>
              <nz-select nzId="key-lifetime" name="days" [(ngModel)]="days" style="width: 100%">
                @for (lifetime of lifetimes; track lifetime) {<nz-option [nzValue]="lifetime" [nzLabel]="lifetime === 0 ? t('keys.neverExpires') : t('keys.create.days', { count: lifetime })" />}
              </nz-select>
            </div>
            <footer>
              <button nz-button type="button" (click)="cancel()">{{ t('kit.confirm.cancel') }}</button>
              <button nz-button nzType="primary" type="submit" [nzLoading]="busy()">{{ t('keys.create.action') }}</button>
            </footer>
          </form>
        }
      </ng-container>
    </nz-modal>
  `,
  styles: `.failure { margin-bottom: 16px; } footer { display: flex; justify-content: flex-end; gap: 8px; margin-top: 24px; }`,
})
export class CreateKey {
  private readonly api = inject(Api);

  readonly open = model(false);
  readonly created = output();

  protected readonly lifetimes = lifetimes;
  protected readonly label = signal('');
  protected readonly days = signal<number>(0);
  protected readonly tried = signal(false);
  protected readonly busy = signal(false);
  protected readonly secret = signal<string | null>(null);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly missing = computed(() => this.tried() && this.label().trim() === '');

  protected async create(): Promise<void> {
    this.tried.set(true);
    if (this.missing() || this.busy()) return;
    this.busy.set(true);
    this.failure.set(null);
    const expiresAt = this.days() === 0 ? null : new Date(Date.now() + this.days() * dayMs).toISOString();
    try {
      const { secret } = await this.api.post('/keys', { body: { label: this.label().trim(), expiresAt } });
      this.secret.set(secret);
      this.created.emit();
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.busy.set(false);
    }
  }

  /** While the secret is shown only "I have stored it" closes. */
  protected cancel(): void {
    if (this.secret() === null) this.finish();
  }

  protected finish(): void {
    this.open.set(false);
    this.secret.set(null);
    this.label.set('');
    this.days.set(0);
    this.tried.set(false);
    this.failure.set(null);
  }
}
