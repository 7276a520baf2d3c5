import type { Routes } from '@angular/router';
import { withStrings } from '../i18n';

/** `/models` and `/models/:id`. */
export const modelsRoutes: Routes = [
  {
    path: '',
    ...withStrings('models', { zh: () => import('./i18n/zh.json'), en: () => import('./i18n/en.json') }),
    children: [
      { path: '', loadComponent: async () => (await import('./model-library')).ModelLibrary },
      { path: ':id', loadComponent: async () => (await import('./model-detail')).ModelDetail },
    ],
  },
];
