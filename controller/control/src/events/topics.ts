import { can, type Permission, type Role } from '../users/permissions.js';

/** What a person must be allowed to hear about a topic. */
export const permissionOfTopic = {
  nodes: 'nodes.read',
  models: 'models.read',
  catalog: 'models.read',
  services: 'services.read',
  operations: 'operations.read',
  overview: 'nodes.read',
  users: 'users.read',
  keys: 'keys.own',
  settings: 'settings.read',
} as const satisfies Record<string, Permission>;

/** Topics that consoles see. */
export type ConsoleTopic = keyof typeof permissionOfTopic;
export const consoleTopics = Object.keys(permissionOfTopic) as readonly ConsoleTopic[];
/** `routes` is for the process itself: something a gateway must know has changed. */
export type Topic = ConsoleTopic | 'routes';

export function isConsoleTopic(topic: Topic): topic is ConsoleTopic {
  return topic in permissionOfTopic;
}

export function mayHear(role: Role, topic: ConsoleTopic): boolean {
  return can(role, permissionOfTopic[topic]);
}
