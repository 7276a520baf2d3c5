import { Component, computed, inject, input, output, signal } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzModalModule } from 'ng-zorro-antd/modal';
import { Api, ApiFailure, Session, type User } from '../api';
import { FieldError, ReturnFocus, SecretPanel, StateTag, failureWords } from '../ui-kit';

/** What a new user needs, shown this once: the password, and a first API key if wanted. Closes when all is stored. */
@Component({
  selector: 'os-new-user-secrets',
  hostDirectives: [ReturnFocus],
  imports: [TranslocoDirective, NzButtonModule, NzModalModule, FieldError, SecretPanel, StateTag],
  template: `
    <nz-modal *transloco="let t" [nzVisible]="true" [nzTitle]="t('users.created.title', { name: user().username })" [nzFooter]="null" [nzClosable]="false" [nzKeyboard]="false" nzWidth="520px">
      <ng-container *nzModalContent>
        <h3>{{ t('users.created.password') }} @if (passwordStored()) {<os-state-tag tone="ok" [label]="t('users.created.stored')" />}</h3>
        @if (!passwordStored()) {
          <os-secret-panel [secret]="password()" [hint]="t('users.created.passwordHint')" (stored)="passwordStored.set(true)" />
        }
        @if (mayMakeKeys()) {
          <h3>{{ t('users.created.key') }} @if (keyStored()) {<os-state-tag tone="ok" [label]="t('users.created.stored')" />}</h3>
          @if (secret() === null) {
            <p>{{ t('users.created.offer', { name: user().username }) }}</p>
            <button nz-button type="button" [nzLoading]="making()" (click)="makeKey()">{{ t('users.created.makeKey') }}</button>
            <os-field-error [message]="failure() ? failure()!.message || t(failure()!.title) : ''" />
          } @else if (!keyStored()) {
            <os-secret-panel [secret]="secret()!" [hint]="t('users.created.keyHint', { name: user().username })" (stored)="keyStored.set(true)" />
          }
        }
        <footer><button nz-button nzType="primary" type="button" [disabled]="!mayClose()" (click)="closed.emit()">{{ t('users.created.done') }}</button></footer>
      </ng-container>
    </nz-modal>
  `,
  styles: `
    h3 { display: flex; align-items: center; gap: 8px; margin: 0 0 8px; font-size: 14px; line-height: 22px; font-weight: 600; }
    h3:not(:first-child) { margin-top: 24px; }
    p { margin: 0 0 8px; color: var(--os-text-2); }
    footer { display: flex; justify-content: flex-end; margin-top: 24px; }
  `,
})
export class NewUserSecrets {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  private readonly transloco = inject(TranslocoService);

  readonly user = input.required<User>();
  readonly password = input.required<string>();
  readonly keyMade = output();
  readonly closed = output();

  protected readonly passwordStored = signal(false);
  protected readonly keyStored = signal(false);
  protected readonly secret = signal<string | null>(null);
  protected readonly making = signal(false);
  private readonly refused = signal<ApiFailure | null>(null);
  protected readonly failure = computed(() => {
    const refused = this.refused();
    return refused === null ? null : failureWords(refused);
  });
  protected readonly mayMakeKeys = computed(() => this.session.can('keys.any'));
  protected readonly mayClose = computed(() => this.passwordStored() && (this.secret() === null || this.keyStored()));

  protected async makeKey(): Promise<void> {
    if (this.making()) return;
    this.making.set(true);
    try {
      const made = await this.api.post('/keys', { body: { userId: this.user().id, label: this.transloco.translate('users.created.keyLabel'), expiresAt: null } });
      this.secret.set(made.secret);
      this.keyMade.emit();
    } catch (thrown) {
      this.refused.set(ApiFailure.from(thrown));
    } finally {
      this.making.set(false);
    }
  }
}
