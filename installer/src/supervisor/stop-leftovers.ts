import { isAlive, stopProcess } from '../processes/index.js';
import type { ProcessRecord } from './supervised-process.js';

const GRACE_MS = 12_000;

/**
 * Ends what a killed supervisor left. They are not taken over: nobody would learn of their death in time, and a
 * clean restart takes a second or two. Engines are not among them: the agent finds and keeps those.
 * @returns the names of what was still running
 */
export async function stopLeftovers(records: readonly ProcessRecord[]): Promise<string[]> {
  const running = records.flatMap(({ name, identity }) => (identity !== null && isAlive(identity) ? [{ name, identity }] : []));
  await Promise.all(running.map(({ identity }) => stopProcess(identity, 'SIGTERM', GRACE_MS)));
  return running.map(({ name }) => name);
}
