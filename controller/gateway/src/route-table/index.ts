export { RouteSnapshot } from './route-snapshot.js';
export { RouteStore } from './route-store.js';
export { SavedTable } from './saved-table.js';
