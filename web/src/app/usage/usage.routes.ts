import type { Routes } from '@angular/router';
import { usageStrings } from './usage-strings';

export const usageRoutes: Routes = [
  { path: '', ...usageStrings, children: [{ path: '', loadComponent: async () => (await import('./usage')).Usage }] },
];
