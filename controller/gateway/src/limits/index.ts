export { CallLimits, type Admission, type CallCaps } from './call-limits.js';
