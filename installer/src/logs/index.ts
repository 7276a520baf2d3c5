/** The logs of the processes. */
export { chosenLogs, logNames, printLogs } from './read-log.js';
