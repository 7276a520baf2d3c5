import { Component, inject, input } from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { firstPage, safeReturnUrl } from '../access';
import { Session } from '../api';
import { Preferences, ProductMark } from '../look';
import { PasswordForm } from './password-form';

/** Shown before anything else while the password is one that somebody else made. */
@Component({
  selector: 'os-forced-password',
  imports: [TranslocoDirective, NzButtonModule, PasswordForm, Preferences, ProductMark],
  template: `
    <ng-container *transloco="let t">
      <div class="corner"><os-preferences /></div>
      <div class="card box">
        <os-product-mark [size]="36" />
        <h1>{{ t('password.forcedTitle') }}</h1>
        <p>{{ t('password.forcedBody', { name: session.me()?.username ?? '' }) }}</p>
        <os-password-form [block]="true" (changed)="goOn()" />
        <button nz-button nzType="link" nzBlock class="leave" (click)="leave()">{{ t('password.signOut') }}</button>
      </div>
    </ng-container>
  `,
  styles: `
    :host { display: grid; place-items: center; min-height: 100vh; padding: 56px 24px; box-sizing: border-box; background: var(--os-bg); }
    .box { width: 100%; max-width: 440px; padding: 32px; box-sizing: border-box; }
    h1 { margin: 16px 0 4px; font-size: 20px; line-height: 28px; font-weight: 600; }
    p { margin: 0 0 24px; color: var(--os-text-2); }
    .leave { margin-top: 8px; }
    .corner { position: absolute; top: 12px; right: 16px; }
    .corner ::ng-deep .bar-button { color: var(--os-text-2); }
    .corner ::ng-deep .bar-button:hover { background: var(--os-hover); color: var(--os-text); }
  `,
})
export class ForcedPassword {
  private readonly router = inject(Router);
  protected readonly session = inject(Session);

  /** Query parameter: where to go afterwards. */
  readonly returnUrl = input<string>();

  protected async goOn(): Promise<void> {
    const wanted = safeReturnUrl(this.returnUrl());
    await this.router.navigateByUrl(wanted === '/' ? firstPage(this.session) : wanted);
  }

  protected async leave(): Promise<void> {
    try {
      await this.session.signOut();
    } finally {
      await this.router.navigateByUrl('/sign-in');
    }
  }
}
