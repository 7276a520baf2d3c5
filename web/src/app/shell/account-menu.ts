import { Component, inject } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzDropdownModule } from 'ng-zorro-antd/dropdown';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzMessageService } from 'ng-zorro-antd/message';
import { ApiFailure, Session } from '../api';
import { failureWords } from '../ui-kit';
import { TranslocoService } from '@jsverse/transloco';

/** Who is signed in, the own keys and password, and the way out. */
@Component({
  selector: 'os-account-menu',
  imports: [RouterLink, TranslocoDirective, NzDropdownModule, NzIconModule],
  template: `
    <ng-container *transloco="let t">
      <button type="button" class="bar-button account" nz-dropdown [nzDropdownMenu]="menu" nzTrigger="click" nzPlacement="bottomRight">
        <span class="visually-hidden">{{ t('shell.account.title') }}</span>
        <span class="avatar" aria-hidden="true">{{ initial() }}</span><span class="name">{{ session.me()?.username }}</span>
      </button>
      <nz-dropdown-menu #menu="nzDropdownMenu">
        <ul nz-menu class="menu">
          <li class="who"><strong>{{ session.me()?.username }}</strong><span>{{ t('shell.role.' + (session.me()?.role ?? 'user')) }}</span></li>
          <li nz-menu-divider></li>
          <li nz-menu-item><a routerLink="/keys"><nz-icon nzType="key" /> {{ t('shell.account.keys') }}</a></li>
          <li nz-menu-item><a routerLink="/settings/security"><nz-icon nzType="lock" /> {{ t('shell.account.security') }}</a></li>
          <li nz-menu-divider></li>
          <li nz-menu-item tabindex="0" (click)="leave()" (keydown.enter)="leave()"><nz-icon nzType="logout" /> {{ t('shell.account.signOut') }}</li>
        </ul>
      </nz-dropdown-menu>
    </ng-container>
  `,
  styles: `
    .account { gap: 8px; padding: 0 8px; }
    .avatar { width: 24px; height: 24px; border-radius: 50%; display: grid; place-items: center; background: #17708b; color: #fff; font-size: 12px; font-weight: 600; }
    .name { max-width: 120px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 13px; }
    .menu { min-width: 200px; }
    @media (max-width: 720px) { .name { display: none; } .account { padding: 0 4px; } }
    .who { display: flex; justify-content: space-between; gap: 16px; padding: 6px 12px; }
    .who span { color: var(--os-text-2); font-size: 12px; line-height: 22px; }
    li nz-icon { margin-right: 8px; color: var(--os-text-3); }
  `,
})
export class AccountMenu {
  private readonly router = inject(Router);
  private readonly messages = inject(NzMessageService);
  private readonly words = inject(TranslocoService);
  protected readonly session = inject(Session);

  protected initial(): string {
    return (this.session.me()?.username ?? '').slice(0, 1).toUpperCase();
  }

  protected async leave(): Promise<void> {
    try {
      await this.session.signOut();
    } catch (thrown) {
      this.messages.warning(this.words.translate(failureWords(ApiFailure.from(thrown)).title));
    }
    await this.router.navigateByUrl('/sign-in');
  }
}
