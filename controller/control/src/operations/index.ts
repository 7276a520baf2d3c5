/** Long jobs with steps, percent and a log. */
export { Operations, type Job, type LogLineView, type OperationView, type Transfer, type Turn } from './operations.js';
export { OperationsModule } from './operations.module.js';
export { OperationRow, type OperationDeed, type OperationKind, type OperationState, type OperationStep } from './operations.store.js';
