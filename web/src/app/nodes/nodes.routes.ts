import type { Routes } from '@angular/router';
import { nodesStrings } from './nodes-strings';

/** `/nodes` and `/nodes/:id`. */
export const nodesRoutes: Routes = [
  {
    path: '',
    ...nodesStrings,
    children: [
      { path: '', loadComponent: async () => (await import('./node-list')).NodeList },
      { path: ':id', loadComponent: async () => (await import('./node-detail')).NodeDetail },
    ],
  },
];
