/** The observed street: newest status per instance, until acknowledged. */
export { Reporter, type StatusUpdate } from './reporter.js';
