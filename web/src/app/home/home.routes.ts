import type { Routes } from '@angular/router';
import { withStrings } from '../i18n';
import { nodesStrings } from '../nodes';
import { Home } from './home';

export const homeRoutes: Routes = [
  {
    path: '',
    ...nodesStrings,
    children: [{ path: '', ...withStrings('home', { zh: () => import('./i18n/zh.json'), en: () => import('./i18n/en.json') }), component: Home }],
  },
];
