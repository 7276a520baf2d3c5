export { OperationLog } from './operation-log';
export { OperationLogDrawer } from './operation-log-drawer';
export { OperationProgress } from './operation-progress';
export { isOpen, operationTone } from './operation-state';
export { ShownStepsPipe } from './shown-steps';
