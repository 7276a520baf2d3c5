/**
 * Walls between rooms inside a building: for each room, the rooms it may import, and only by their door
 * (`index.ts`). Files of the `contract` category are the exception that any room may read: REST route
 * tables, permissions and table definitions are declarations without behaviour.
 */
const control = {
  config: [],
  store: ['config'],
  secrets: ['store'],
  http: [],
  events: ['http'],
  audit: ['store', 'http'],
  pki: ['store', 'secrets'],
  listeners: ['pki', 'config'],
  settings: ['store', 'http', 'events', 'audit', 'config', 'pki'],
  operations: ['store', 'http', 'events'],
  users: ['store', 'http', 'events', 'audit', 'config', 'secrets', 'settings'],
  enrolment: ['store', 'http', 'audit', 'config', 'pki', 'listeners', 'settings'],
  nodes: ['store', 'http', 'events', 'audit', 'config', 'pki'],
  models: ['store', 'http', 'events', 'audit', 'config', 'operations'],
  engines: ['http'],
  instances: ['store', 'http', 'events', 'nodes'],
  scheduler: ['store', 'events', 'http', 'engines', 'models', 'nodes', 'instances'],
  services: ['store', 'http', 'events', 'audit', 'engines', 'models', 'nodes', 'instances', 'scheduler'],
  dispatcher: ['store', 'config', 'events', 'listeners', 'pki', 'nodes', 'models', 'instances'],
  usage: ['store', 'http', 'events', 'settings'],
  routes: ['store', 'config', 'events', 'listeners', 'pki', 'instances', 'users', 'usage', 'settings'],
  overview: ['store', 'http', 'events', 'nodes', 'models', 'services', 'operations', 'usage'],
  webui: ['config', 'http'],
};

const gateway = {
  config: [],
  identity: [],
  'control-link': ['identity', 'route-table', 'usage-tap'],
  'route-table': [],
  auth: ['route-table'],
  balancer: ['route-table'],
  limits: [],
  'usage-tap': [],
  proxy: ['route-table', 'balancer', 'limits', 'usage-tap', 'auth'],
  listener: ['proxy', 'auth', 'route-table', 'limits', 'usage-tap'],
};

const agent = {
  config: [],
  identity: [],
  policy: [],
  engines: [],
  journal: [],
  driver: [],
  devices: [],
  fingerprint: ['devices'],
  'model-cache': [],
  logs: ['driver'],
  observer: ['driver'],
  reporter: [],
  runner: ['driver', 'engines', 'policy', 'model-cache', 'observer', 'reporter', 'journal'],
  assignments: ['journal', 'runner', 'policy'],
  session: ['identity', 'assignments', 'reporter', 'fingerprint', 'logs'],
  'data-plane': ['identity', 'runner'],
};

const buildings = [
  { root: 'controller/control/src', rooms: control },
  { root: 'controller/gateway/src', rooms: gateway },
  { root: 'agent/src', rooms: agent },
];

const contracts = ['**/*.schema.ts', '**/*.store.ts', '**/http/route.ts', '**/users/permissions.ts'];

export function roomsOf(boundaries, rootPath) {
  return buildings.map(({ root, rooms }) => ({
    files: [`${root}/**/*.ts`],
    ignores: ['**/*.spec.ts', '**/*.contract.ts', '**/testing/**'],
    plugins: { boundaries },
    settings: {
      // Nx runs ESLint per project: without the root path, patterns match nothing and every wall is silently off.
      'boundaries/root-path': rootPath,
      'boundaries/elements': [
        { type: 'room', pattern: `${root}/*`, capture: ['room'], mode: 'folder' },
      ],
      'boundaries/files': [
        { category: 'contract', pattern: contracts.map((pattern) => `${root}/${pattern}`) },
        { category: 'door', pattern: `${root}/*/index.ts` },
      ],
      'import/resolver': { node: { extensions: ['.ts', '.js'] } },
    },
    rules: {
      'boundaries/dependencies': ['error', { default: 'disallow', policies: policies(rooms) }],
    },
  }));
}

function policies(rooms) {
  const isRoom = (room) => ({ element: { type: 'room', captured: { room } } });
  const byDoor = (room) => ({ element: { type: 'room', captured: { room } }, file: { categories: 'door' } });
  return [
    // Packages and Node's own modules are the other walls' business.
    { allow: { to: { module: { origin: ['external', 'core'] } } } },
    { allow: { to: { file: { categories: 'contract' } } } },
    ...Object.entries(rooms).flatMap(([room, imports]) => [
      { from: isRoom(room), allow: { to: isRoom(room) } },
      ...imports.map((target) => ({ from: isRoom(room), allow: { to: byDoor(target) } })),
    ]),
  ];
}
