/** Engine logs, on demand, as harmless text. */
export { LastWords } from './last-words.js';
export { LogServer, type OpenLog, type SendChunk } from './log-server.js';
export { sanitiseLine } from './sanitise.js';
