import * as audit from '../audit/audit.store.js';
import * as secrets from '../secrets/secrets.store.js';

/** Every room's tables. A room with tables exports `entities` and `migrations` from `<room>/<room>.store.ts`. */
const rooms = [secrets, audit];

export const entities = rooms.flatMap((room) => [...room.entities]);
export const migrations = rooms.flatMap((room) => [...room.migrations]);
