import { Component, inject, signal, viewChild } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzMessageService } from 'ng-zorro-antd/message';
import { NzTableModule } from 'ng-zorro-antd/table';
import type { HoldsChanges } from '../access';
import { Api, ApiFailure, type SignInSession } from '../api';
import { PasswordForm } from '../password';
import { ErrorState, RelativeTime, Skeleton, StateTag } from '../ui-kit';
import { describeUserAgent } from './user-agent';

/** The own password, and where the own account is signed in. */
@Component({
  selector: 'os-security',
  imports: [TranslocoDirective, NzButtonModule, NzTableModule, ErrorState, PasswordForm, RelativeTime, Skeleton, StateTag],
  template: `
    <div class="columns" *transloco="let t">
      <section class="card">
        <h2>{{ t('settings.security.password') }}</h2>
        <div class="card-body"><p class="muted">{{ t('settings.security.passwordHelp') }}</p><os-password-form (changed)="passwordChanged()" /></div>
      </section>
      <section class="card">
        <h2>{{ t('settings.security.sessions') }}</h2>
        @if (failure(); as failure) {<os-error [failure]="failure" (retry)="load()" />}
        @else if (sessions(); as sessions) {
          <nz-table [nzData]="$any(sessions)" [nzFrontPagination]="false" [nzShowPagination]="false" nzTableLayout="auto" nzSize="small" [nzScroll]="{ x: '560px' }">
            <thead><tr><th>{{ t('settings.security.device') }}</th><th>{{ t('settings.security.address') }}</th><th>{{ t('settings.security.since') }}</th><th>{{ t('settings.security.seen') }}</th><th></th></tr></thead>
            <tbody>
              @for (session of sessions; track session.id) {
                <tr>
                  <td [title]="session.userAgent">{{ describe(session.userAgent) }}</td>
                  <td class="mono nowrap">{{ session.address }}</td>
                  <td><os-time [at]="session.createdAt" [exact]="true" /></td>
                  <td>@if (session.current) {<os-state-tag tone="ok" [label]="t('settings.security.current')" />} @else {<os-time [at]="session.lastSeenAt" />}</td>
                  <td>@if (!session.current) {<button nz-button nzType="link" nzDanger nzSize="small" (click)="end(session)">{{ t('settings.security.end') }}</button>}</td>
                </tr>
              }
            </tbody>
          </nz-table>
        } @else {<os-skeleton [count]="2" />}
      </section>
    </div>
  `,
  styles: `
    .columns { display: grid; grid-template-columns: minmax(320px, 440px) minmax(0, 1fr); gap: 16px; align-items: start; }
    p { margin: 0 0 16px; }
    @media (max-width: 1180px) { .columns { grid-template-columns: minmax(0, 1fr); } }
    section { min-width: 0; }
  `,
})
export class Security implements HoldsChanges {
  private readonly api = inject(Api);
  private readonly words = inject(TranslocoService);
  private readonly messages = inject(NzMessageService);
  private readonly form = viewChild(PasswordForm);

  protected readonly sessions = signal<readonly SignInSession[] | null>(null);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly describe = describeUserAgent;

  constructor() {
    void this.load();
  }

  hasUnsavedChanges(): boolean {
    return this.form()?.hasUnsavedChanges() ?? false;
  }

  protected passwordChanged(): void {
    this.messages.success(this.words.translate('settings.security.changed'));
    void this.load();
  }

  protected async load(): Promise<void> {
    try {
      this.sessions.set(await this.api.get('/me/sessions'));
      this.failure.set(null);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    }
  }

  protected async end({ id }: SignInSession): Promise<void> {
    try {
      await this.api.delete('/me/sessions/{id}', { params: { id } });
      this.messages.success(this.words.translate('settings.security.ended'));
      await this.load();
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    }
  }
}
