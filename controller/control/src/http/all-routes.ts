import { routes as audit } from '../audit/audit.schema.js';
import { routes as bootstrap } from '../bootstrap/bootstrap.schema.js';
import { routes as catalog } from '../catalog/catalog.schema.js';
import { routes as distribution } from '../distribution/distribution.schema.js';
import { routes as downloads } from '../downloads/downloads.schema.js';
import { routes as engines } from '../engines/engines.schema.js';
import { routes as events } from '../events/events.schema.js';
import { routes as instances } from '../instances/instances.schema.js';
import { routes as models } from '../models/models.schema.js';
import { routes as nodes } from '../nodes/nodes.schema.js';
import { routes as operations } from '../operations/operations.schema.js';
import { routes as overview } from '../overview/overview.schema.js';
import { routes as rollout } from '../rollout/rollout.schema.js';
import { routes as services } from '../services/services.schema.js';
import { routes as settings } from '../settings/settings.schema.js';
import { routes as usage } from '../usage/usage.schema.js';
import { routes as users } from '../users/users.schema.js';
import type { RouteTable } from './route.js';

/** Every route of the REST API by tag: what the OpenAPI document and the permission matrix are made from. */
export const routesByTag: Readonly<Record<string, RouteTable>> = {
  users, nodes, bootstrap, rollout, models, catalog, downloads, distribution, operations, engines, services, instances, usage, audit, settings, overview, events,
};
