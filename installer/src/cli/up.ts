import { join } from 'node:path';
import { makeDataDirectory, readJoining, UserError, type DataDirectory } from '../install/index.js';
import { statusOf } from '../status/index.js';
import { liveSupervisor } from '../supervisor/index.js';
import { startBackground } from './background.js';

/**
 * Starts in the background what lives in the data directory, and returns when it serves. `args` are the start
 * options as typed.
 * @throws UserError with what the background process said
 */
export async function up(data: DataDirectory, program: string, args: readonly string[], print: (text: string) => void, signal: AbortSignal): Promise<void> {
  const joined = (await readJoining(data)) !== undefined;
  if (joined && args.length > 0) throw new UserError(`only an agent lives in ${data.root}: ${args.filter((word) => word.startsWith('--')).join(', ')} would change nothing there`, 64); // EX_USAGE
  if (liveSupervisor(data)) {
    print('  Running already.\n');
  } else {
    if (!joined) await makeDataDirectory(data);
    await startBackground(data, program, args, signal);
  }
  const password = joined ? '' : `\n  First password of user admin: in ${join(data.control, 'initial-admin-password')} until it is changed.\n`;
  print(`\n${(await statusOf(data)).text}\n${password}`);
}
