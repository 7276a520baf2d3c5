import { Component, input, model, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzRadioModule } from 'ng-zorro-antd/radio';
import { FieldError } from '../../ui-kit';
import type { CredentialDraft, CredentialProblems } from './credential-draft';

let forms = 0;

/** Who signs in to the server and how: by password, or by key with its passphrase and what sudo asks for. */
@Component({
  selector: 'os-credential-fields',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzIconModule, NzInputModule, NzRadioModule, FieldError],
  template: `
    <ng-container *transloco="let t">
      <div class="pair">
        <div class="field">
          <label [for]="id + 'user'">{{ t('nodes.add.user') }}</label>
          <input nz-input [id]="id + 'user'" name="user" autocomplete="off" spellcheck="false" maxlength="32" [ngModel]="draft().user" (ngModelChange)="set({ user: $event })" [nzStatus]="problem('user') ? 'error' : ''" />
          <os-field-error [message]="problem('user') ? t(problem('user')) : ''" />
          @if (draft().user.trim() !== 'root') {<p class="field-help">{{ t('nodes.add.sudoHelp') }}</p>}
        </div>
        <div class="field">
          <span class="field-label" [id]="id + 'method'">{{ t('nodes.add.method') }}</span>
          <nz-radio-group name="method" nzButtonStyle="solid" [ngModel]="draft().method" (ngModelChange)="set({ method: $event })" [attr.aria-labelledby]="id + 'method'">
            <label nz-radio-button nzValue="password">{{ t('nodes.add.password') }}</label><label nz-radio-button nzValue="key">{{ t('nodes.add.key') }}</label>
          </nz-radio-group>
        </div>
      </div>
      @if (draft().method === 'password') {
        <div class="field">
          <label [for]="id + 'password'">{{ t(draft().user.trim() === 'root' ? 'nodes.add.rootPassword' : 'nodes.add.password') }}</label>
          <nz-input-wrapper>
            <input nz-input [id]="id + 'password'" name="password" [type]="seen() ? 'text' : 'password'" autocomplete="new-password" maxlength="1024" [ngModel]="draft().password" (ngModelChange)="set({ password: $event })" [nzStatus]="problem('password') ? 'error' : ''" />
            <button nzInputSuffix class="eye" type="button" (click)="seen.set(!seen())" [attr.aria-label]="t(seen() ? 'nodes.add.hide' : 'nodes.add.show')" [attr.aria-pressed]="seen()"><nz-icon [nzType]="seen() ? 'eye-invisible' : 'eye'" /></button>
          </nz-input-wrapper>
          <os-field-error [message]="problem('password') ? t(problem('password')) : ''" />
        </div>
      } @else {
        <div class="field">
          <label [for]="id + 'key'">{{ t('nodes.add.privateKey') }}</label>
          <textarea nz-input class="mono" rows="4" [id]="id + 'key'" name="privateKey" autocomplete="off" spellcheck="false" maxlength="20000" placeholder="-----BEGIN OPENSSH PRIVATE KEY-----" [ngModel]="draft().privateKey" (ngModelChange)="set({ privateKey: $event })" [nzStatus]="problem('privateKey') ? 'error' : ''"></textarea>
          <os-field-error [message]="problem('privateKey') ? t(problem('privateKey')) : ''" />
          <p class="field-help"><input #file type="file" hidden (change)="read(file)" /><button nz-button nzType="link" nzSize="small" type="button" (click)="file.click()"><nz-icon nzType="folder-open" />{{ t('nodes.add.keyFile') }}</button></p>
        </div>
        <div class="pair">
          <div class="field">
            <label [for]="id + 'passphrase'">{{ t('nodes.add.passphrase') }} <span class="faint">{{ t('nodes.optional') }}</span></label>
            <input nz-input type="password" [id]="id + 'passphrase'" name="passphrase" autocomplete="new-password" maxlength="1024" [ngModel]="draft().passphrase" (ngModelChange)="set({ passphrase: $event })" />
          </div>
          @if (draft().user.trim() !== 'root') {
            <div class="field">
              <label [for]="id + 'sudo'">{{ t('nodes.add.sudoPassword') }} <span class="faint">{{ t('nodes.optional') }}</span></label>
              <input nz-input type="password" [id]="id + 'sudo'" name="sudoPassword" autocomplete="new-password" maxlength="1024" [ngModel]="draft().sudoPassword" (ngModelChange)="set({ sudoPassword: $event })" />
            </div>
          }
        </div>
      }
      <p class="field-help memory"><nz-icon nzType="lock" /> {{ t('nodes.add.memoryOnly') }}</p>
    </ng-container>
  `,
  styles: `
    .pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 16px; }
    .eye { border: 0; background: none; padding: 0; color: var(--os-text-3); cursor: pointer; }
    textarea { font-size: 12px; }
    .field-help button { padding: 0; }
    .memory { margin: -6px 0 16px; }
    @media (max-width: 520px) { .pair { grid-template-columns: minmax(0, 1fr); } }
  `,
})
export class CredentialFields {
  readonly draft = model.required<CredentialDraft>();
  readonly problems = input<CredentialProblems>({});
  /** Whether problems are shown yet: not before the first try. */
  readonly tried = input(false);

  protected readonly id = `os-credential-${(forms += 1)}-`;
  protected readonly seen = signal(false);

  protected problem(field: keyof CredentialProblems): string {
    return this.tried() ? (this.problems()[field] ?? '') : '';
  }

  protected set(change: Partial<CredentialDraft>): void {
    this.draft.update((draft) => ({ ...draft, ...change }));
  }

  protected async read(input: HTMLInputElement): Promise<void> {
    const [file] = input.files ?? [];
    input.value = '';
    if (file) this.set({ privateKey: (await file.text()).slice(0, 20_000) });
  }
}
