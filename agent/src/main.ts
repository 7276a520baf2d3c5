import { ConfigError, createLogger, requireNode } from '@openstation/kit';
import { JoinError } from '@openstation/member';
import { startAgent, type RunningAgent } from './agent.js';
import { loadAgentConfig } from './config/index.js';
import { NodeLeft } from './membership.js';
import { VERSION } from './version.js';

/** SIGTERM and SIGINT: the agent ends, engines go on. SIGUSR2: engines end first. */
const EX_CONFIG = 78;
const STOP_WITHIN_MS = 5000;
const STOP_ENGINES_WITHIN_MS = 40_000;

async function main(): Promise<void> {
  requireNode(24);
  const config = loadAgentConfig(process.argv.slice(2), process.env);
  const log = createLogger('agent', config.log.level);
  // Crash-only: what nobody expected ends the process; engines outlive it and the next one adopts them.
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'unexpected failure');
    process.exit(1);
  });
  const stopping = new AbortController();
  const starting: Promise<RunningAgent> = startAgent(config, VERSION, log, stopping, () => end(false));
  const end = (withEngines: boolean): void => {
    log.info({ withEngines }, 'stopping');
    stopping.abort(new Error('the agent stops'));
    setTimeout(() => process.exit(1), withEngines ? STOP_ENGINES_WITHIN_MS : STOP_WITHIN_MS).unref();
    starting
      .then(
        (agent) => (withEngines ? agent.stopWithEngines() : agent.stop()),
        () => undefined, // it never came up: nothing is left to stop
      )
      .then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'stopping failed');
          process.exit(1);
        },
      );
  };
  process.on('SIGTERM', () => end(false));
  process.on('SIGINT', () => end(false));
  process.on('SIGUSR2', () => end(true));
  try {
    await (await starting).left;
  } catch (error) {
    if (error instanceof NodeLeft) {
      log.warn(error.message);
      process.exit(0);
    }
    if (stopping.signal.aborted) return;
    throw error;
  }
}

main().catch((error: unknown) => {
  const known = error instanceof ConfigError || error instanceof JoinError;
  process.stderr.write(`${known ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  process.exit(known ? EX_CONFIG : 1);
});
