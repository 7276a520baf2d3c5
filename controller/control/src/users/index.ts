export { KeyIdentities, type KeyCaller } from './key-identities.js';
export { Keys, type GatewayKeys } from './keys.js';
export { Users } from './users.js';
export { UsersModule } from './users.module.js';
