import { ConfigError, createLogger, requireNode } from '@openstation/kit';
import { readConfig, type GatewayConfig } from './config/index.js';
import { Gateway } from './gateway.js';
import { NoJoinTokenError } from './identity/index.js';

declare const GATEWAY_VERSION: string;

const EX_CONFIG = 78;

requireNode(24);
await main();

async function main(): Promise<void> {
  const config = configOrExit();
  const log = createLogger('gateway', config.log.level);
  const gateway = new Gateway(config, log, GATEWAY_VERSION);
  const stop = () => {
    void gateway.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.fatal({ err: error }, 'stop failed');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
  const fatal = (error: unknown) => {
    log.fatal({ reason: (error as Error).message }, 'gateway cannot go on');
    process.exit(error instanceof NoJoinTokenError ? EX_CONFIG : 1);
  };
  try {
    await gateway.start(fatal);
  } catch (error) {
    fatal(error);
  }
}

function configOrExit(): GatewayConfig {
  try {
    return readConfig(process.argv.slice(2), process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EX_CONFIG);
  }
}
