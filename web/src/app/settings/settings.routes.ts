import type { Routes } from '@angular/router';
import { inject } from '@angular/core';
import { Router } from '@angular/router';
import { needs, unsavedChanges } from '../access';
import { Session } from '../api';
import { withStrings } from '../i18n';
import { passwordStrings } from '../password';
import { settingsTabs } from './settings-tabs';

/** `/settings/<tab>`; without a tab the first one this person may see. */
export const settingsRoutes: Routes = [
  {
    path: '',
    ...withStrings('settings', { zh: () => import('./i18n/zh.json'), en: () => import('./i18n/en.json') }),
    loadComponent: async () => (await import('./settings')).SettingsPage,
    children: [
      { path: '', pathMatch: 'full', canActivate: [() => inject(Router).createUrlTree(['/settings', settingsTabs(inject(Session).permissions())[0]])], children: [] },
      { path: 'general', canActivate: [needs('settings.read')], canDeactivate: [unsavedChanges], loadComponent: async () => (await import('./general')).General },
      { path: 'hubs', canActivate: [needs('settings.read')], canDeactivate: [unsavedChanges], loadComponent: async () => (await import('./hubs')).Hubs },
      { path: 'engines', canActivate: [needs('settings.read')], loadComponent: async () => (await import('./engines/engines-page')).EnginesPage },
      { path: 'security', ...passwordStrings, canDeactivate: [unsavedChanges], loadComponent: async () => (await import('./security')).Security },
      { path: 'audit', canActivate: [needs('audit.read')], loadComponent: async () => (await import('./audit')).Audit },
      { path: 'about', loadComponent: async () => (await import('./about')).About },
    ],
  },
];
