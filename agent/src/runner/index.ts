/** One step at a time, from a journaled wish to a running engine and back. */
export { Runner, type CallTarget, type Controller, type RunnerParts } from './runner.js';
export { Status } from './status.js';
