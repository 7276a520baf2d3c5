import type { Routes } from '@angular/router';
import { needs, unsavedChanges } from '../access';
import { modelsStrings } from './models-strings';

/** `/models`, its downloads and cards, and `/models/:id/<tab>`. */
export const modelsRoutes: Routes = [
  {
    path: '',
    ...modelsStrings,
    children: [
      { path: '', loadComponent: async () => (await import('./library/model-library')).ModelLibrary },
      { path: 'downloads', loadComponent: async () => (await import('./downloads/download-list')).DownloadList },
      { path: 'cards/new', canActivate: [needs('models.write')], canDeactivate: [unsavedChanges], loadComponent: async () => (await import('./card/card-form')).CardForm },
      { path: 'cards/:card', canActivate: [needs('models.write')], canDeactivate: [unsavedChanges], loadComponent: async () => (await import('./card/card-form')).CardForm },
      {
        path: ':id',
        loadComponent: async () => (await import('./detail/model-detail')).ModelDetail,
        children: [
          { path: '', pathMatch: 'full', redirectTo: 'overview' },
          { path: 'overview', loadComponent: async () => (await import('./detail/model-overview')).ModelOverview },
          { path: 'readme', loadComponent: async () => (await import('./detail/model-readme')).ModelReadme },
          { path: 'files', loadComponent: async () => (await import('./detail/model-file-list')).ModelFileList },
          { path: 'nodes', loadComponent: async () => (await import('./detail/model-nodes')).ModelNodes },
        ],
      },
    ],
  },
];
