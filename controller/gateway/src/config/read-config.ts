import { parseArgs } from 'node:util';
import { ConfigError, loadConfig } from '@openstation/kit';
import { gatewayConfigSchema, type GatewayConfig } from './gateway-config.js';

const VARIABLES = {
  OPENSTATION_GATEWAY_DATA_DIR: 'dataDir',
  OPENSTATION_GATEWAY_HOST: 'listen.host',
  OPENSTATION_GATEWAY_PORT: 'listen.port',
  OPENSTATION_CONTROL_ADDRESS: 'control.address',
  OPENSTATION_JOIN_TOKEN_FILE: 'joinTokenFile',
  OPENSTATION_LOG_LEVEL: 'log.level',
} as const;

/**
 * The gateway's boot configuration from `--config <file>` and the environment.
 * @throws ConfigError naming every faulty key
 */
export function readConfig(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): GatewayConfig {
  const config = loadConfig(gatewayConfigSchema, { file: configFile(argv), env, variables: VARIABLES });
  if (config.joinToken !== undefined && config.joinTokenFile !== undefined) {
    throw new ConfigError(['joinToken: give either joinToken or joinTokenFile, not both']);
  }
  return config;
}

function configFile(argv: readonly string[]): string | undefined {
  try {
    return parseArgs({ args: [...argv], options: { config: { type: 'string' } } }).values.config;
  } catch (error) {
    throw new ConfigError([`command line: ${(error as Error).message}; usage: main.js [--config <file>]`]);
  }
}
