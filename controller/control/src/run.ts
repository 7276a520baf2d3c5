import { createLogger, deadline, type Logger } from '@openstation/kit';
import { flushCompileCache } from 'node:module';
import { ClusterModule } from './cluster.module.js';
import type { ControlConfig } from './config/index.js';
import { startControl, type RunningControl } from './start-control.js';

/** The supervisor allows 5 s. */
const STOP_MS = 4_500;

/** The process's life: start, serve until told to stop. */
export async function run(config: ControlConfig): Promise<void> {
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
  logger.info({ startMs: Math.round(performance.now()), cpuMs: Math.round(process.cpuUsage().user / 1000) }, 'ready');
  // Now, because a process that is killed writes nothing at its end.
  flushCompileCache();
  const signal = await stopping;
  logger.info({ signal }, 'stopping');
  process.exit(await stop(control, logger));
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
