/** What gateways are busy with at this moment. */
export { Traffic, type GatewayTraffic, type ServiceTraffic } from './traffic.js';
export { TrafficModule } from './traffic.module.js';
