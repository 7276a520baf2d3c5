#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { ArgumentError, parseArguments, usage } from './src/arguments.mjs';
import { readKeys } from './src/api-key.mjs';
import { Engine } from './src/engine.mjs';
import { listen } from './src/http-server.mjs';
import { Metrics } from './src/metrics.mjs';

/** Composition root: read the command line, listen at once (so that /health tells the progress), load, serve, stop on SIGTERM. */

/** How long running answers may go on after SIGTERM before they are cut. */
const DRAIN_MS = 8_000;

await main();

async function main() {
  const settings = readCommandLine();
  const metrics = new Metrics();
  const engine = new Engine(settings, metrics, (line) => console.log(line));
  let server;
  try {
    server = await listen(engine, metrics, settings);
  } catch (error) {
    console.error(`couldn't bind HTTP server socket, hostname: ${settings.host}, port: ${settings.port}: ${error.message}`);
    process.exit(1);
  }
  for (const name of ['SIGTERM', 'SIGINT']) process.once(name, () => void stop(name, engine, server));
  console.log(`server is listening on http://${settings.host}:${server.address().port}`);
  try {
    await engine.load();
  } catch (error) {
    // Stopped while loading: `stop` ends the process.
    if (engine.state === 'stopping') return;
    console.error(`failed to load model '${settings.model}': ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}

function readCommandLine() {
  try {
    const settings = parseArguments(process.argv.slice(2));
    if (settings === 'help') {
      console.log(usage());
      process.exit(0);
    }
    return { ...settings, keys: readKeys(settings.apiKeyFile, (path) => readFileSync(path, 'utf8')) };
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    console.error(`${error.message}\n\n${usage()}`);
    return process.exit(78); // EX_CONFIG
  }
}

async function stop(signal, engine, server) {
  console.log(`${signal}: finishing ${engine.running} running answers`);
  process.once(signal, () => process.exit(0));
  server.close();
  await engine.drain(DRAIN_MS);
  server.closeAllConnections();
  await engine.dispose();
  process.exit(0);
}
