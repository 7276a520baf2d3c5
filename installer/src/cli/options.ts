import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { dataDirectory, UserError, type Clone, type DataDirectory, type Wanted } from '../install/index.js';

/** Options of the commands that start something, as commander hands them over. */
export interface StartOptions {
  readonly host?: string;
  readonly portConsole?: number;
  readonly portGateway?: number;
  readonly portAgents?: number;
  readonly portGrpc?: number;
  readonly dataDir?: string;
}

/** Listeners must be reachable through loopback: that is how the command line administers. */
const HOSTS = ['127.0.0.1', '0.0.0.0'];

export function withStartOptions(command: Command): Command {
  return withDataDir(command)
    .option('--host <address>', 'address to listen on: 127.0.0.1 for this machine only, 0.0.0.0 for others too', parseHost)
    .option('--port-console <port>', 'console and REST API (default 32206)', parsePort)
    .option('--port-gateway <port>', 'OpenAI-compatible address (default 8080)', parsePort)
    .option('--port-agents <port>', 'sessions of agents and gateways (default 30200)', parsePort)
    .option('--port-grpc <port>', 'joining and integrations (default 30201)', parsePort);
}

export function withDataDir(command: Command): Command {
  return command.option('--data-dir <path>', 'directory that holds everything of the installation (default: $OPENSTATION_DATA_DIR, else data/ in the clone)');
}

export function dataOf(options: { dataDir?: string }, env: Readonly<Record<string, string | undefined>>, clone: Clone, cwd: string): DataDirectory {
  const chosen = options.dataDir ?? env['OPENSTATION_DATA_DIR'];
  return dataDirectory(chosen === undefined || chosen === '' ? join(clone.root, 'data') : resolve(cwd, chosen));
}

export function wantedOf(options: StartOptions, importRoot?: string): Wanted {
  const ports = { console: options.portConsole, gateway: options.portGateway, agents: options.portAgents, grpc: options.portGrpc };
  return { host: options.host, ports: Object.fromEntries(Object.entries(ports).filter(([, port]) => port !== undefined)), importRoot };
}

/** @throws UserError when the file cannot be used */
export function modelPathOf(option: string | undefined, clone: Clone, cwd: string): { path: string; importRoot: string | undefined } {
  if (option === undefined) return { path: clone.bundledModel, importRoot: undefined };
  const path = resolve(cwd, option);
  if (!existsSync(path)) throw new UserError(`--model: there is no file ${path}`, 66); // EX_NOINPUT
  if (!statSync(path).isFile() || !path.toLowerCase().endsWith('.gguf')) throw new UserError(`--model: ${path} is not a .gguf file`, 65); // EX_DATAERR
  return { path, importRoot: dirname(path) };
}

export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw new InvalidArgumentError('must be a port from 1 to 65535.');
  return port;
}

function parseHost(text: string): string {
  if (!HOSTS.includes(text)) throw new InvalidArgumentError(`must be ${HOSTS.join(' or ')}.`);
  return text;
}
