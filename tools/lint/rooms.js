/**
 * Walls between rooms inside a building: for each room, the rooms it may import, and only by their door
 * (`index.ts`). Files of the `contract` category are the exception that any room may read: REST route
 * tables, permissions, table definitions and Nest modules are declarations without behaviour.
 */
const control = {
  config: [],
  store: ['config'],
  secrets: ['store'],
  http: ['config', 'secrets'],
  events: ['config', 'http'],
  audit: ['config', 'store', 'http'],
  timeline: ['config', 'store', 'http'],
  pki: ['config', 'store', 'secrets'],
  listeners: ['config', 'pki'],
  settings: ['store', 'http', 'events', 'audit'],
  operations: ['config', 'store', 'http', 'events'],
  users: ['config', 'store', 'http', 'events', 'audit', 'secrets', 'settings'],
  nodes: ['config', 'store', 'http', 'events', 'audit', 'timeline', 'pki', 'operations'],
  rollout: ['config', 'store', 'http', 'events', 'audit', 'nodes', 'operations'],
  enrolment: ['config', 'store', 'http', 'events', 'audit', 'pki', 'listeners', 'settings', 'nodes', 'rollout'],
  bootstrap: ['config', 'store', 'http', 'events', 'audit', 'pki', 'listeners', 'settings', 'operations', 'nodes', 'rollout', 'enrolment'],
  models: ['config', 'store', 'http', 'events', 'audit', 'operations'],
  hubs: ['config', 'secrets', 'models'],
  engines: ['config', 'store', 'http', 'audit'],
  doctor: ['engines'],
  catalog: ['config', 'store', 'http', 'events', 'audit', 'engines', 'models', 'hubs'],
  downloads: ['config', 'store', 'http', 'events', 'audit', 'secrets', 'operations', 'models', 'hubs', 'catalog'],
  instances: ['config', 'store', 'http', 'events', 'nodes', 'engines', 'operations'],
  scheduler: ['config', 'events', 'engines', 'models', 'nodes', 'instances'],
  diagnoses: ['config', 'doctor', 'instances', 'models'],
  traffic: ['config'],
  conformance: ['config', 'store', 'http', 'events', 'engines', 'models', 'instances'],
  services: ['config', 'store', 'http', 'events', 'audit', 'timeline', 'operations', 'engines', 'models', 'nodes', 'instances', 'scheduler', 'traffic', 'conformance'],
  distribution: ['config', 'store', 'http', 'events', 'audit', 'listeners', 'pki', 'operations', 'nodes', 'models', 'instances'],
  dispatcher: ['config', 'store', 'http', 'events', 'audit', 'listeners', 'pki', 'nodes', 'models', 'instances', 'operations', 'rollout', 'distribution'],
  usage: ['config', 'store', 'http', 'users', 'settings'],
  routes: ['config', 'events', 'listeners', 'pki', 'instances', 'users', 'usage', 'traffic'],
  overview: ['config', 'store', 'http', 'events', 'pki', 'routes', 'settings', 'usage'],
  integrations: ['config', 'store', 'http', 'events', 'listeners', 'users', 'nodes', 'models', 'instances', 'scheduler', 'services', 'usage'],
  webui: ['config', 'http'],
};

const gateway = {
  config: [],
  identity: [],
  'api-errors': [],
  'route-table': [],
  upstream: [],
  'usage-tap': [],
  auth: ['route-table', 'api-errors'],
  balancer: ['route-table'],
  limits: ['api-errors'],
  'control-link': ['identity', 'route-table', 'usage-tap'],
  proxy: ['route-table', 'balancer', 'limits', 'usage-tap', 'auth', 'upstream', 'api-errors'],
  listener: ['proxy', 'auth', 'route-table', 'api-errors'],
};

const agent = {
  config: [],
  identity: [],
  policy: [],
  engines: [],
  journal: [],
  driver: [],
  reporter: [],
  'model-cache': [],
  logs: ['driver'],
  observer: ['driver'],
  devices: ['driver'],
  fingerprint: ['driver', 'policy', 'devices'],
  notices: [],
  conformance: [],
  group: [],
  removal: ['driver'],
  runner: ['driver', 'engines', 'group', 'policy', 'model-cache', 'observer', 'reporter', 'journal'],
  assignments: ['journal', 'driver'],
  session: ['identity', 'assignments', 'reporter', 'fingerprint', 'logs', 'model-cache'],
  upgrade: [],
  'model-share': ['model-cache'],
  'data-plane': ['runner'],
};

const installer = {
  install: [],
  processes: [],
  steps: [],
  'shared-libraries': [],
  'engine-image': ['shared-libraries'],
  'agent-archive': ['install', 'shared-libraries'],
  ports: ['install'],
  rest: ['install', 'ports'],
  logs: ['install'],
  supervisor: ['install', 'processes'],
  product: ['install', 'rest', 'supervisor'],
  status: ['install', 'processes', 'rest', 'supervisor'],
  manage: ['install', 'rest', 'status'],
  quickstart: ['install', 'product', 'rest', 'ports', 'steps', 'supervisor', 'engine-image', 'agent-archive'],
  cli: ['install', 'logs', 'manage', 'ports', 'processes', 'product', 'quickstart', 'rest', 'status', 'steps', 'supervisor', 'engine-image', 'agent-archive'],
};

const buildings = [
  { root: 'controller/control/src', rooms: control },
  { root: 'controller/gateway/src', rooms: gateway },
  { root: 'agent/src', rooms: agent },
  { root: 'installer/src', rooms: installer },
];

const contracts = ['*/*.schema.ts', '*/*.store.ts', 'store/columns.ts', 'http/route.ts', 'users/permissions.ts', '*/*.module.ts'];

export function roomsOf(boundaries, rootPath) {
  return buildings.map(({ root, rooms }) => ({
    files: [`${root}/**/*.ts`],
    ignores: ['**/*.spec.ts', '**/*.contract.ts', '**/testing/**'],
    plugins: { boundaries },
    settings: {
      // Nx runs ESLint per project: without the root path, patterns match nothing and every wall is silently off.
      'boundaries/root-path': rootPath,
      'boundaries/elements': [
        { type: 'room', pattern: `${root}/*`, capture: ['room'] },
      ],
      'boundaries/files': [
        { category: 'contract', pattern: contracts.map((pattern) => `${root}/${pattern}`) },
        { category: 'door', pattern: `${root}/*/index.ts` },
      ],
      'import/resolver': { [`${rootPath}/tools/lint/resolver.cjs`]: {} },
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
