export { OverviewModule } from './overview.module.js';
export { OverviewSource } from './overview-source.js';
