import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import type { DataDirectory } from '../install/index.js';

/**
 * Brings the archive up to date in the background, at the lowest priority: nodes may ask for it soon, and nobody
 * waits. Ends with the signal. What it says goes to `agent-archive.log`. `program` is this one.
 */
export function refreshArchive(data: DataDirectory, program: string, env: Readonly<Record<string, string | undefined>>, signal: AbortSignal): void {
  if (signal.aborted || env['OPENSTATION_NO_AGENT_ARCHIVE'] === '1') return;
  const log = openSync(join(data.logs, 'agent-archive.log'), 'a', 0o600);
  const child = spawn(process.execPath, [program, 'agent-archive'], { stdio: ['ignore', log, log], signal, killSignal: 'SIGTERM' });
  closeSync(log);
  child.on('error', () => undefined); // it was ended with everything else; what else goes wrong stands in its log
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
}
