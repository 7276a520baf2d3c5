import { waitFor } from '@openstation/kit';
import { isAlive, signal, type ProcessIdentity } from './process-identity.js';

/** Asks politely, waits, then kills. Resolves when the process is gone. */
export async function stopProcess(identity: ProcessIdentity, polite: NodeJS.Signals, graceMs: number): Promise<void> {
  signal(identity, polite);
  if (await gone(identity, graceMs)) return;
  signal(identity, 'SIGKILL');
  await gone(identity, 5_000);
}

async function gone(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  try {
    return await waitFor(() => !isAlive(identity), { what: `end of process ${identity.pid}`, timeoutMs, everyMs: 25 });
  } catch {
    return false; // still there when the time was over: the caller decides what is next
  }
}
