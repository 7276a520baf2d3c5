/** Engine logs, on demand, as harmless text. */
export { LogServer, type OpenLog, type SendChunk } from './log-server.js';
export { sanitiseLine } from './sanitise.js';
