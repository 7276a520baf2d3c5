import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { forgetJoining, isFullInstallation, makeAgentDirectory, memberOf, readJoining, rememberJoining, UserError, type DataDirectory, type Joining } from '../install/index.js';
import { dropJoinToken, keepJoinToken } from '../product/index.js';
import { agentSession, liveSupervisor } from '../supervisor/index.js';
import { startBackground } from './background.js';
import { readJoinToken } from './join-token.js';
import { parsePort, withDataDir } from './options.js';

export interface JoinOptions {
  readonly control: string;
  readonly name?: string;
  readonly tokenFile?: string;
  readonly dataHost: string;
  readonly dataPort: number;
  readonly dataDir?: string;
}

export interface JoinCaller {
  readonly program: string;
  readonly cwd: string;
  readonly print: (text: string) => void;
  readonly signal: AbortSignal;
}

const EX_TEMPFAIL = 75;

export function withJoinOptions(command: Command): Command {
  return withDataDir(command)
    .requiredOption('--control <host:port>', "the controller's port for joining, such as 10.0.0.5:30201", parseAddress)
    .option('--name <name>', 'name of this node (default: the host name, or as the token says)', parseName)
    .option('--token-file <path>', 'file with the join token (default: standard input)')
    .option('--data-host <address>', 'address to listen on for gateways', parseListenAddress, '0.0.0.0')
    .option('--data-port <port>', 'port to listen on for gateways', parsePort, 30210);
}

/**
 * Makes this machine a node of a cluster whose controller is elsewhere, and leaves its agent running in the background.
 * @throws UserError
 */
export async function joinElsewhere(data: DataDirectory, options: JoinOptions, { program, cwd, print, signal }: JoinCaller): Promise<void> {
  await refuseOccupied(data, options.control);
  const file = options.tokenFile === undefined ? undefined : resolve(cwd, options.tokenFile);
  const token = await readJoinToken({ file, input: process.stdin, output: process.stderr, signal });
  await makeAgentDirectory(data);
  const joining: Joining = { control: options.control, name: options.name, dataHost: options.dataHost, dataPort: options.dataPort };
  try {
    await rememberJoining(data, joining);
    await keepJoinToken(data, token);
    await startBackground(data, program, [], signal);
  } finally {
    await dropJoinToken(data);
    if ((await memberOf(data)) === undefined) await forgetJoining(data);
  }
  print(await closingWords(data, options.dataDir));
}

/** One data directory, one identity. @throws UserError that says whose it is and how to leave */
async function refuseOccupied(data: DataDirectory, control: string): Promise<void> {
  if (isFullInstallation(data)) throw new UserError(`a full installation lives in ${data.root}, with an agent of its own: choose another --data-dir`, EX_TEMPFAIL);
  const member = await memberOf(data);
  const joined = await readJoining(data);
  if (member !== undefined) {
    const same = joined?.control === control;
    const where = same ? `this cluster already` : `another cluster${joined === undefined ? '' : `, whose controller is ${joined.control}`}`;
    throw new UserError(
      `${data.root} belongs to node ${member.name} of ${where} (cluster ${member.clusterId}): ${same ? 'start it with ./openstation up. ' : ''}`
        + `To leave: remove the node in the console, ./openstation down, then delete ${data.root}`,
      EX_TEMPFAIL,
    );
  }
  const live = liveSupervisor(data);
  if (live) throw new UserError(`a start of ${data.root} is under way as pid ${live.supervisor.pid}: wait for it, or end it with ./openstation down`, EX_TEMPFAIL);
}

async function closingWords(data: DataDirectory, dataDir: string | undefined): Promise<string> {
  const member = await memberOf(data);
  const session = await agentSession(`${data.logs}/agent.log`);
  const name = session.state === 'connected' && session.nodeName !== '' ? session.nodeName : (member?.name ?? '?');
  const where = dataDir === undefined ? '' : ` --data-dir '${data.root}'`;
  const line = (label: string, what: string) => `  ${label.padEnd(12)} ${what}`;
  return [
    '', line('Node', `${name}, in cluster ${member?.clusterId ?? '?'}`),
    line('Look', `./openstation status${where}   ./openstation logs agent${where}`),
    line('Stop', `./openstation down${where}   and start again: ./openstation up${where}`), '',
  ].join('\n');
}

export function parseAddress(text: string): string {
  const port = Number(/^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][A-Za-z0-9._-]*):(\d{1,5})$/.exec(text)?.[1] ?? 0);
  if (port < 1 || port > 65_535) throw new InvalidArgumentError('must be host:port, such as 10.0.0.5:30201, without https://.');
  return text;
}

export function parseName(text: string): string {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._:-]{0,63}$/u.test(text)) throw new InvalidArgumentError('must start with a letter or digit and contain only letters, digits and . _ : - (at most 64).');
  return text;
}

function parseListenAddress(text: string): string {
  if (!/^[0-9A-Za-z.:_-]+$/.test(text)) throw new InvalidArgumentError('must be an address of this machine, or 0.0.0.0 for all.');
  return text;
}
