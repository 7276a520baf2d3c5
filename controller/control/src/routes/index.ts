export { ConnectedGateways } from './connected-gateways.js';
export { RoutePublisher } from './route-publisher.js';
export { RouteSource, type RouteTarget, type ServiceRoute } from './route-source.js';
export { RoutesModule } from './routes.module.js';
