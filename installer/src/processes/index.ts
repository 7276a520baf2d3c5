/** Processes as the kernel knows them, safe against reused pids. */
export { identityOf, isAlive, signal, type ProcessIdentity } from './process-identity.js';
export { usageOf, type ProcessUsage } from './process-usage.js';
export { stopProcess } from './stop-process.js';
