/** What a person may do: a verb on a resource. Every route names one; roles are sets of them. */
export const permissions = [
  'nodes.read', 'nodes.write',
  'models.read', 'models.write',
  'services.read', 'services.write',
  'users.read', 'users.write',
  'keys.own', 'keys.any',
  'usage.own', 'usage.any',
  'settings.read', 'settings.write',
  'audit.read',
  'operations.read',
] as const;
export type Permission = (typeof permissions)[number];

export const roles = ['admin', 'operator', 'auditor', 'user'] as const;
export type Role = (typeof roles)[number];

export const permissionsOfRole: Readonly<Record<Role, readonly Permission[]>> = {
  admin: permissions,
  operator: [
    'nodes.read', 'models.read', 'models.write', 'services.read', 'services.write',
    'keys.own', 'usage.own', 'usage.any', 'settings.read', 'operations.read',
  ],
  auditor: [
    'nodes.read', 'models.read', 'services.read', 'users.read', 'keys.own', 'usage.own', 'usage.any',
    'settings.read', 'audit.read', 'operations.read',
  ],
  user: ['services.read', 'keys.own', 'usage.own'],
};

export function can(role: Role, permission: Permission): boolean {
  return permissionsOfRole[role].includes(permission);
}
