import type { Routes } from '@angular/router';
import { withStrings } from '../i18n';
import { SignIn } from './sign-in';

export const signInRoutes: Routes = [
  { path: '', ...withStrings('signIn', { zh: () => import('./i18n/zh.json'), en: () => import('./i18n/en.json') }), component: SignIn },
];
