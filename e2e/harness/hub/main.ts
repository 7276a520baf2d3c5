import { parseArgs } from 'node:util';
import { HubServer } from './hub-server.ts';

/**
 * The emulator as a process: `node e2e/harness/hub/main.ts [--port 0] [--host 127.0.0.1] [--content-host localhost]`; prints its address. With
 * `--until-stdin-ends` it goes when whoever started it goes, however that ends.
 */
const { values } = parseArgs({ options: { port: { type: 'string', default: '0' }, host: { type: 'string', default: '127.0.0.1' }, 'content-host': { type: 'string' }, 'until-stdin-ends': { type: 'boolean', default: false } } });
const hub = await HubServer.start(Number(values.port), values.host);
hub.contentHost = values['content-host'];
process.stdout.write(`http://${values.host}:${hub.port}\n`);
if (values['until-stdin-ends']) process.stdin.resume().once('end', () => process.exit(0));
