import type { Routes } from '@angular/router';
import { needs, unsavedChanges } from '../access';
import { withStrings } from '../i18n';
import { usageStrings } from '../usage';

/** `/services`, `/services/new`, `/services/what-if` and `/services/:id/<tab>`. */
export const servicesRoutes: Routes = [
  {
    path: '',
    ...withStrings('services', { zh: () => import('./i18n/zh.json'), en: () => import('./i18n/en.json') }),
    children: [
      { path: '', loadComponent: async () => (await import('./service-list')).ServiceList },
      { path: 'new', loadComponent: async () => (await import('./deploy/deploy-wizard')).DeployWizard, canActivate: [needs('services.write')], canDeactivate: [unsavedChanges] },
      { path: 'what-if', loadComponent: async () => (await import('./what-if/what-if-page')).WhatIfPage, canActivate: [needs('services.write')] },
      {
        path: ':id',
        loadComponent: async () => (await import('./detail/service-detail')).ServiceDetail,
        children: [
          { path: '', pathMatch: 'full', redirectTo: 'overview' },
          { path: 'overview', loadComponent: async () => (await import('./detail/service-overview')).ServiceOverview },
          { path: 'instances', loadComponent: async () => (await import('./detail/service-instances')).ServiceInstances },
          { path: 'calls', ...usageStrings, loadComponent: async () => (await import('./detail/service-calls')).ServiceCalls },
          { path: 'logs', loadComponent: async () => (await import('./detail/service-logs')).ServiceLogs },
          { path: 'plan', loadComponent: async () => (await import('./detail/service-plan')).ServicePlan, canActivate: [needs('services.write')] },
          { path: 'scaling', loadComponent: async () => (await import('./detail/service-scaling')).ServiceScaling },
          { path: 'events', loadComponent: async () => (await import('./detail/service-events')).ServiceEvents },
          { path: 'revisions', redirectTo: 'parameters' },
          { path: 'parameters', loadComponent: async () => (await import('./detail/service-parameters')).ServiceParameters },
        ],
      },
    ],
  },
];
