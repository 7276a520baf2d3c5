import type { Routes } from '@angular/router';
import { mustChangePassword, needs, signedIn, signedOut } from './access';

/** `title` is a translation key of the frame. */
export const routes: Routes = [
  { path: 'sign-in', canActivate: [signedOut], title: 'shell.signIn', loadChildren: async () => (await import('./sign-in')).signInRoutes },
  { path: 'change-password', canActivate: [mustChangePassword], title: 'shell.changePassword', loadChildren: async () => (await import('./password')).passwordRoutes },
  {
    path: '',
    canActivate: [signedIn],
    loadComponent: async () => (await import('./shell')).Shell,
    children: [
      { path: '', pathMatch: 'full', canActivate: [needs('nodes.read')], title: 'shell.menu.home', loadChildren: async () => (await import('./home')).homeRoutes },
      { path: 'nodes', canActivate: [needs('nodes.read')], title: 'shell.menu.nodes', loadChildren: async () => (await import('./nodes')).nodesRoutes },
      { path: 'models', canActivate: [needs('models.read')], title: 'shell.menu.models', loadChildren: async () => (await import('./models')).modelsRoutes },
      { path: 'services', canActivate: [needs('services.read')], title: 'shell.menu.services', loadChildren: async () => (await import('./services')).servicesRoutes },
      { path: 'usage', canActivate: [needs('usage.own')], title: 'shell.menu.usage', loadChildren: async () => (await import('./usage')).usageRoutes },
      { path: 'users', canActivate: [needs('users.read')], title: 'shell.menu.users', loadChildren: async () => (await import('./users')).usersRoutes },
      { path: 'settings', title: 'shell.menu.settings', loadChildren: async () => (await import('./settings')).settingsRoutes },
      { path: 'keys', canActivate: [needs('keys.own')], title: 'shell.menu.keys', loadChildren: async () => (await import('./keys')).keysRoutes },
      { path: '**', title: 'shell.notFound.title', loadComponent: async () => (await import('./shell')).NotFound },
    ],
  },
];
