import { ConfigError, requireNode } from '@openstation/kit';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadControlConfig, type ControlConfig } from './config/control-config.js';

const EX_CONFIG = 78;

requireNode(24);
// What the controller writes is nobody else's to read.
process.umask(0o077);
const config = readConfig();
// Compiled code is kept beside the data: a restart is back about twice as fast.
enableCompileCache(join(config.dataDir, 'compile-cache'));
// Imported only now: native modules of a wrong Node version would end the process without a word.
const { run } = await import('./run.js');
await run(config);

function readConfig(): ControlConfig {
  try {
    const { values } = parseArgs({ options: { config: { type: 'string' } } });
    return loadControlConfig(values.config, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError) && !(error instanceof TypeError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EX_CONFIG);
  }
}
