import { Component, computed, inject } from '@angular/core';
import { RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Session } from '../api';
import { PageHeader, PageTabs, type PageTab } from '../ui-kit';
import { settingsTabs } from './settings-tabs';

/** Settings of the cluster and of the own account, one tab each; the tab is in the address. */
@Component({
  selector: 'os-settings',
  imports: [RouterOutlet, TranslocoDirective, PageHeader, PageTabs],
  template: `
    <div class="page" *transloco="let t">
      <os-page-header [title]="t('settings.title')" />
      <os-page-tabs [tabs]="tabs(t)" [label]="t('settings.title')" />
      <router-outlet />
    </div>
  `,
  styles: `
    os-page-header { min-height: 0; margin-bottom: 8px; }
  `,
})
export class SettingsPage {
  private readonly session = inject(Session);
  private readonly keys = computed(() => settingsTabs(this.session.permissions()));

  protected tabs(t: (key: string) => string): readonly PageTab[] {
    return this.keys().map((key) => ({ key, label: t(`settings.tab.${key}`), link: ['/settings', key] }));
  }
}
