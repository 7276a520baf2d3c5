/** Why an engine did not start or ended, from its log and its exit: named, shown, and what to do. Pure. */
export { diagnose, type Case, type Diagnosis } from './diagnose.js';
export { withParameter, withoutParameter } from './change-parameters.js';
