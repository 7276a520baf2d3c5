/** The agent's line to the controller. */
export { ControlCalls } from './control-calls.js';
export { Presence } from './presence.js';
export type { ModelWord, SessionEnd, SessionHandlers } from './session-handlers.js';
export { Session } from './session.js';
export { keepSession } from './session-loop.js';
