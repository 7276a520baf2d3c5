export { outcomes } from './call-outcome';
export { CallTable } from './call-table';
export { usageRoutes } from './usage.routes';
export { usageStrings } from './usage-strings';
