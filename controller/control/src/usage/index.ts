export { CallLog } from './call-log.js';
export { UsageController } from './usage.controller.js';
export { UsageModule } from './usage.module.js';
export { UsageReader, type CallView, type UsageSummary } from './usage-reader.js';
