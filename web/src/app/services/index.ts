export { focusFirstItem, pressItem } from './menu-keys';
export { servicesRoutes } from './services.routes';
