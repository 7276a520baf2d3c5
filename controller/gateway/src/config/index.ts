export { gatewayConfigSchema, type GatewayConfig } from './gateway-config.js';
export { readConfig } from './read-config.js';
