import { UserError, type DataDirectory } from '../install/index.js';
import type { Desk } from '../manage/index.js';
import { ControlClient } from '../rest/index.js';
import { liveSupervisor } from '../supervisor/index.js';
import { readSecret } from './secret-input.js';

const EX_UNAVAILABLE = 69;

/** Managing goes through the controller that runs here, as its local administrator. @throws UserError when none runs */
export function openDesk(data: DataDirectory, { cwd, signal }: { cwd: string; signal: AbortSignal }): Desk {
  const settings = liveSupervisor(data)?.settings;
  if (!settings) throw new UserError(`no controller runs from ${data.root}: start it with ./openstation up, or name its --data-dir`, EX_UNAVAILABLE);
  return {
    client: ControlClient.of(data, settings), cwd, signal,
    print: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(text),
    readSecret: async (prompt) => (await readSecret({ input: process.stdin, output: process.stderr, signal }, prompt)).replace(/\r?\n$/, ''),
  };
}
