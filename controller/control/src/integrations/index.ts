/** The gRPC API for other people's programs: the REST API's handlers and rules behind another door. */
export { IntegrationsModule } from './integrations.module.js';
