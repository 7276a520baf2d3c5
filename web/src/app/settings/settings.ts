import { Component, computed, inject } from '@angular/core';
import { RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Session } from '../api';
import { PageHeader } from '../ui-kit';
import { settingsTabs } from './settings-tabs';

/** Settings of the cluster and of the own account, one tab each; the tab is in the address. */
@Component({
  selector: 'os-settings',
  imports: [RouterLink, RouterLinkActive, RouterOutlet, TranslocoDirective, PageHeader],
  template: `
    <div class="page" *transloco="let t">
      <os-page-header [title]="t('settings.title')" />
      <nav [attr.aria-label]="t('settings.title')">
        @for (tab of tabs(); track tab) {<a [routerLink]="tab" routerLinkActive="active" ariaCurrentWhenActive="page">{{ t('settings.tab.' + tab) }}</a>}
      </nav>
      <router-outlet />
    </div>
  `,
  styles: `
    os-page-header { min-height: 0; margin-bottom: 8px; }
    nav { display: flex; gap: 24px; margin-bottom: 16px; border-bottom: 1px solid var(--os-line); }
    nav a { padding: 8px 0; margin-bottom: -1px; border-bottom: 2px solid transparent; color: var(--os-text-2); text-decoration: none; }
    nav a:hover { color: var(--os-text); }
    nav a.active { color: var(--os-brand-text); border-bottom-color: var(--os-brand); font-weight: 500; }
  `,
})
export class SettingsPage {
  private readonly session = inject(Session);
  protected readonly tabs = computed(() => settingsTabs(this.session.permissions()));
}
