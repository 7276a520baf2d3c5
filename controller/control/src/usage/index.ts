export { CallLog } from './call-log.js';
export { UsageModule } from './usage.module.js';
export { UsageReader, type UsageSummary } from './usage-reader.js';
