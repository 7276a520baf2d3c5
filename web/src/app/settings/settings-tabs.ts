import type { Permission } from '../api';

export type SettingsTab = 'general' | 'hubs' | 'engines' | 'security' | 'audit' | 'about';

/** The tabs someone with these permissions sees; everybody has a password and may know the version. */
export function settingsTabs(permissions: readonly Permission[]): readonly [SettingsTab, ...SettingsTab[]] {
  const own: readonly SettingsTab[] = [...(permissions.includes('audit.read') ? (['audit'] as const) : []), 'about'];
  return permissions.includes('settings.read') ? ['general', 'hubs', 'engines', 'security', ...own] : ['security', ...own];
}
