import type { Routes } from '@angular/router';
import { nodesStrings } from './nodes-strings';

/** `/nodes` and `/nodes/:id/<tab>`. */
export const nodesRoutes: Routes = [
  {
    path: '',
    ...nodesStrings,
    children: [
      { path: '', loadComponent: async () => (await import('./list/node-list')).NodeList },
      {
        path: ':id',
        loadComponent: async () => (await import('./detail/node-detail')).NodeDetail,
        children: [
          { path: '', pathMatch: 'full', redirectTo: 'overview' },
          { path: 'overview', loadComponent: async () => (await import('./detail/node-overview')).NodeOverview },
          { path: 'charts', loadComponent: async () => (await import('./detail/node-charts')).NodeCharts },
          { path: 'gpus', loadComponent: async () => (await import('./detail/node-gpus')).NodeGpus },
          { path: 'workloads', loadComponent: async () => (await import('./detail/node-workloads')).NodeWorkloads },
          { path: 'events', loadComponent: async () => (await import('./detail/node-events')).NodeEvents },
          { path: 'sessions', loadComponent: async () => (await import('./detail/node-sessions')).NodeSessions },
          { path: 'inventory', loadComponent: async () => (await import('./detail/node-inventory')).NodeInventory },
          { path: 'setup', loadComponent: async () => (await import('./setup/node-setup')).NodeSetup },
        ],
      },
    ],
  },
];
