import { ConfigError, createLogger, deadline, type Logger } from '@openstation/kit';
import { parseArgs } from 'node:util';
import { ClusterModule } from './cluster.module.js';
import { loadControlConfig, type ControlConfig } from './config/index.js';
import { startControl, type RunningControl } from './start-control.js';

const EX_CONFIG = 78;
/** The supervisor allows 5 s. */
const STOP_MS = 4_500;

/** The process's life: read configuration, start, serve until told to stop. */
export async function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const config = readConfig(argv, env);
  const logger = createLogger('control', config.log.level);
  // Every state is recoverable from disk, so an unforeseen error is safest met with a fresh process.
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'unforeseen error');
    process.exit(1);
  });
  const stopping = stopSignal();
  let control: RunningControl;
  try {
    control = await startControl({ config, logger, cluster: ClusterModule });
  } catch (error) {
    logger.fatal({ err: error }, 'the controller could not start');
    process.exit(1);
  }
  const signal = await stopping;
  logger.info({ signal }, 'stopping');
  process.exit(await stop(control, logger));
}

function readConfig(argv: readonly string[], env: NodeJS.ProcessEnv): ControlConfig {
  try {
    const { values } = parseArgs({ args: [...argv], options: { config: { type: 'string' } } });
    return loadControlConfig(values.config, env);
  } catch (error) {
    if (!(error instanceof ConfigError) && !(error instanceof TypeError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EX_CONFIG);
  }
}

function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
  });
}

async function stop(control: RunningControl, logger: Logger): Promise<number> {
  try {
    await deadline(control.close(), STOP_MS, 'closing');
    return 0;
  } catch (error) {
    logger.error({ err: error }, 'not everything could be closed');
    return 1;
  }
}
