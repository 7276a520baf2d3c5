import * as audit from '../audit/audit.store.js';
import * as catalog from '../catalog/catalog.store.js';
import * as bootstrap from '../bootstrap/bootstrap.store.js';
import * as conformance from '../conformance/conformance.store.js';
import * as distribution from '../distribution/distribution.store.js';
import * as downloads from '../downloads/downloads.store.js';
import * as engines from '../engines/engines.store.js';
import * as enrolment from '../enrolment/enrolment.store.js';
import * as instances from '../instances/instances.store.js';
import * as models from '../models/models.store.js';
import * as nodes from '../nodes/nodes.store.js';
import * as operations from '../operations/operations.store.js';
import * as pki from '../pki/pki.store.js';
import * as rollout from '../rollout/rollout.store.js';
import * as secrets from '../secrets/secrets.store.js';
import * as services from '../services/services.store.js';
import * as settings from '../settings/settings.store.js';
import * as usage from '../usage/usage.store.js';
import * as users from '../users/users.store.js';

/** Every room's tables. A room with tables exports `entities` and `migrations` from `<room>/<room>.store.ts`. */
const rooms = [secrets, audit, users, settings, usage, pki, enrolment, nodes, operations, bootstrap, rollout, models, catalog, downloads, engines, instances, services, distribution, conformance];

export const entities = rooms.flatMap((room) => [...room.entities]);
export const migrations = rooms.flatMap((room) => [...room.migrations]);
