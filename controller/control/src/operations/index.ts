/** Long jobs with percent and a log. */
export { Operations, operationView, type LogLineView, type OperationView } from './operations.js';
export { OperationsModule } from './operations.module.js';
export { OperationRow } from './operations.store.js';
