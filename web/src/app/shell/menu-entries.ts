import type { Permission } from '../api';

export interface MenuEntry {
  /** Last part of the translation key. */
  readonly key: string;
  readonly path: string;
  readonly icon: string;
  /** Who sees it: any of these permissions. */
  readonly anyOf: readonly Permission[];
  /** Not shown to those who also have this one, because they reach it another way. */
  readonly unless?: Permission;
}

const entries: readonly MenuEntry[] = [
  { key: 'home', path: '/', icon: 'home', anyOf: ['nodes.read'] },
  { key: 'services', path: '/services', icon: 'cloud-server', anyOf: ['services.read'] },
  { key: 'models', path: '/models', icon: 'database', anyOf: ['models.read'] },
  { key: 'nodes', path: '/nodes', icon: 'cluster', anyOf: ['nodes.read'] },
  { key: 'usage', path: '/usage', icon: 'bar-chart', anyOf: ['usage.own'] },
  { key: 'keys', path: '/keys', icon: 'key', anyOf: ['keys.own'], unless: 'nodes.read' },
  { key: 'users', path: '/users', icon: 'team', anyOf: ['users.read'] },
  { key: 'settings', path: '/settings', icon: 'setting', anyOf: ['settings.read'] },
];

/** The pages in the left menu for someone with these permissions. */
export function menuFor(permissions: readonly Permission[]): readonly MenuEntry[] {
  return entries.filter(({ anyOf, unless }) => anyOf.some((permission) => permissions.includes(permission)) && !(unless && permissions.includes(unless)));
}
