export { keysRoutes } from './keys.routes';
