import type { Routes } from '@angular/router';
import { withStrings } from '../i18n';

/** `/users`. */
export const usersRoutes: Routes = [
  {
    path: '',
    ...withStrings('users', { zh: () => import('./i18n/zh.json'), en: () => import('./i18n/en.json') }),
    children: [{ path: '', loadComponent: async () => (await import('./user-list')).UserList }],
  },
];
