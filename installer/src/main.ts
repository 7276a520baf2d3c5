import { CommanderError } from 'commander';
import { makeProgram, Stopped, stopSignal } from './cli/index.js';
import { UserError } from './install/index.js';
import { RestError } from './rest/index.js';

/** Composition root of the command line that `./openstation` hands over to. */

const EX_USAGE = 64;
const INTERRUPTED = 130;

process.exitCode = await main();
// Keep-alive sockets must not hold a finished command.
process.exit();

async function main(): Promise<number> {
  const signal = stopSignal();
  try {
    // The script changes directory; the person's own comes with the environment.
    await makeProgram({ entry: import.meta.url, env: process.env, cwd: process.env['OPENSTATION_CALLER_CWD'] ?? process.cwd(), signal }).parseAsync();
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return tell(error, signal);
  }
}

/** What the person can act on; a stack only for what nobody expected. */
function words(error: unknown): [message: string, exitCode: number] {
  if (error instanceof UserError) return [error.message, error.exitCode];
  if (error instanceof RestError) return [error.message, 1];
  return [(error as Error).stack ?? String(error), 1];
}

function tell(error: unknown, signal: AbortSignal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EX_USAGE;
  if (error instanceof Stopped || (signal.aborted && signal.reason instanceof Stopped)) return INTERRUPTED;
  const [message, exitCode] = words(error);
  if (process.connected) process.send?.({ kind: 'broken', message, exitCode });
  process.stderr.write(`\n  ${message.replaceAll('\n', '\n  ')}\n`);
  return exitCode;
}
