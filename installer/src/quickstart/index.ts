/** From a clone to a streamed answer. */
export { quickstart } from './quickstart.js';
export { startContext } from './context.js';
export { shownHost, startSteps } from './start-steps.js';
