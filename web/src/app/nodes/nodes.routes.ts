import type { Routes } from '@angular/router';
import { withStrings } from '../i18n';

/** `/nodes` and `/nodes/:id`. */
export const nodesRoutes: Routes = [
  {
    path: '',
    ...withStrings('nodes', { zh: () => import('./i18n/zh.json'), en: () => import('./i18n/en.json') }),
    children: [
      { path: '', loadComponent: async () => (await import('./node-list')).NodeList },
      { path: ':id', loadComponent: async () => (await import('./node-detail')).NodeDetail },
    ],
  },
];
