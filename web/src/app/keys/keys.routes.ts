import type { Routes } from '@angular/router';
import { withStrings } from '../i18n';

export const keysRoutes: Routes = [
  {
    path: '',
    ...withStrings('keys', { zh: () => import('./i18n/zh.json'), en: () => import('./i18n/en.json') }),
    children: [{ path: '', loadComponent: async () => (await import('./key-list')).KeyList }],
  },
];
