import { UserError, type DataDirectory } from '../install/index.js';
import { isAlive, signal, stopProcess } from '../processes/index.js';
import { leftovers, liveSupervisor, SupervisorFile } from '../supervisor/index.js';
import { waitFor } from '@openstation/kit';

/** Gateway drain, engines, controller, one after the other, and some room. */
const STOP_MS = 75_000;
const LEFTOVER_GRACE_MS = 45_000;
const ORDER = ['gateway', 'agent', 'control'];

/** Stops the product and its engines; what a killed supervisor left is stopped too. */
export async function down(data: DataDirectory, print: (text: string) => void): Promise<void> {
  const started = performance.now();
  const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
  const live = liveSupervisor(data);
  if (live) {
    signal(live.supervisor, 'SIGTERM');
    try {
      await waitFor(() => !isAlive(live.supervisor), { what: `end of the supervisor (pid ${live.supervisor.pid})`, timeoutMs: STOP_MS });
    } catch {
      throw new UserError(`the supervisor (pid ${live.supervisor.pid}) has not ended within ${STOP_MS / 1000} s: see ${data.logs}/supervisor.log`);
    }
    print(`  Stopped, engines included  (${seconds()} s)\n`);
    return;
  }
  const left = leftovers(data);
  if (left.length === 0) {
    print(`  Not running (data directory ${data.root}).\n`);
    return;
  }
  for (const { name, identity, stopSignal } of [...left].sort((one, other) => ORDER.indexOf(one.name) - ORDER.indexOf(other.name))) {
    if (identity) await stopProcess(identity, stopSignal, LEFTOVER_GRACE_MS);
    print(`  ${name} stopped\n`);
  }
  new SupervisorFile(data).release();
  print(`  What a killed supervisor had left is stopped  (${seconds()} s)\n`);
}
