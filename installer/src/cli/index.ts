/** The command line. */
export { makeProgram, type Caller } from './program.js';
export { stopSignal, Stopped } from './stop-signal.js';
