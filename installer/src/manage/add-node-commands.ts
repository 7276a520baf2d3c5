import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../install/index.js';
import type { Bootstrap, HostKeys, Node, Operation } from '../rest/index.js';
import { managing, show, type Desk, type OpenDesk } from './desk.js';
import { followOperation } from './follow-operation.js';
import { findNode } from './node-commands.js';

interface Credentials {
  readonly keyFile?: string;
  readonly sudoPassword?: boolean;
}

interface AddOptions extends Credentials {
  readonly json?: boolean;
  readonly dataDir?: string;
  readonly port: string;
  readonly user: string;
  readonly type: 'gpu' | 'cpu';
  readonly hostKey?: string;
  readonly fix: string[];
  readonly review: 'always' | 'problems';
}

const EX_NOINPUT = 66;
const EX_TEMPFAIL = 75;
const several = (value: string, all: string[]): string[] => [...all, value];

/** Making a server a node over SSH: host key first, then the credential, then the report. */
export function addBootstrapCommands(node: Command, open: OpenDesk): void {
  managing(node.command('host-keys').description('SSH host keys of a server, before anything secret is sent').argument('<host>').option('--port <port>', 'SSH port', '22'))
    .action(async (host: string, options: { json?: boolean; dataDir?: string; port: string }) => {
      const desk = await open(options);
      const found = await desk.client.post<HostKeys>('/nodes/host-keys', { host, port: Number(options.port) });
      show(desk, options.json, found, ['ALGORITHM', 'FINGERPRINT'], found.keys.map(({ algorithm, fingerprint }) => [algorithm, fingerprint]));
      desk.note(`  compare on the server: ${found.command}\n`);
    });

  withCredentials(managing(node.command('add').description('make a server a node over SSH; the password comes from standard input or is asked for').argument('<name>').argument('<host>'))
    .option('--port <port>', 'SSH port', '22').option('--user <user>', 'root, or a user who may sudo', 'root').option('--type <type>', 'gpu or cpu', 'cpu')
    .option('--host-key <fingerprint>', 'SHA256:… as confirmed; without it the keys are shown and nothing is sent')
    .option('--fix <id>', 'agree to a fix beforehand, also a dangerous one; may be repeated', several, [])
    .option('--review <when>', 'always or problems: when to wait after the report', 'problems'))
    .action(async (name: string, host: string, options: AddOptions) => {
      const desk = await open(options);
      const expectedHostKey = options.hostKey ?? (await refuseUnconfirmed(desk, host, Number(options.port)));
      const body = { name, host, port: Number(options.port), user: options.user, type: options.type, expectedHostKey, review: options.review, fixes: options.fix, credential: await credential(desk, options) };
      const { node: added, operation } = await desk.client.post<{ node: Node; operation: Operation }>('/nodes', body);
      await report(desk, options.json, added.id, operation.id);
    });

  managing(node.command('preflight').description('the report about a server that is being added').argument('<node>')).action(async (wanted: string, options: { json?: boolean; dataDir?: string }) => {
    const desk = await open(options);
    showReport(desk, options.json, await desk.client.get<Bootstrap>(`/nodes/${(await findNode(desk, wanted)).id}/bootstrap`));
  });

  managing(node.command('continue').description('go on after the report').argument('<node>').option('--fix <id>', 'tick a fix; may be repeated', several, []).option('--recheck', 'check again first').option('--despite-failures', 'go on although rows fail'))
    .action(async (wanted: string, options: { json?: boolean; dataDir?: string; fix: string[]; recheck?: boolean; despiteFailures?: boolean }) => {
      const desk = await open(options);
      const { id } = await findNode(desk, wanted);
      const { operation } = await desk.client.post<Bootstrap>(`/nodes/${id}/bootstrap/continue`, { fixes: options.fix, recheck: options.recheck ?? false, despiteFailures: options.despiteFailures ?? false });
      await report(desk, options.json, id, operation.id);
    });

  withCredentials(managing(node.command('retry').description('take up a failed addition at the step that failed').argument('<node>')).option('--fix <id>', 'tick a fix; may be repeated', several, []))
    .action(async (wanted: string, options: Credentials & { json?: boolean; dataDir?: string; fix: string[] }) => {
      const desk = await open(options);
      const { id } = await findNode(desk, wanted);
      const { hasCredential } = await desk.client.get<Bootstrap>(`/nodes/${id}/bootstrap`);
      const { operation } = await desk.client.post<Bootstrap>(`/nodes/${id}/bootstrap/retry`, { fixes: options.fix, ...(hasCredential ? {} : { credential: await credential(desk, options) }) });
      await report(desk, options.json, id, operation.id);
    });

  withCredentials(managing(node.command('give-up').description('take back what the addition installed, and forget the node').argument('<node>'))).action(async (wanted: string, options: Credentials & { json?: boolean; dataDir?: string }) => {
    const desk = await open(options);
    const { id } = await findNode(desk, wanted);
    const { hasCredential } = await desk.client.get<Bootstrap>(`/nodes/${id}/bootstrap`);
    const operation = await desk.client.post<Operation>(`/nodes/${id}/bootstrap/give-up`, hasCredential ? {} : { credential: await credential(desk, options) });
    await followOperation(desk, operation.id);
  });
}

function withCredentials(command: Command): Command {
  return command.option('--key-file <path>', 'private key to sign in with, instead of a password').option('--sudo-password', 'with --key-file: also ask for the password of sudo');
}

async function credential(desk: Desk, { keyFile, sudoPassword }: Credentials): Promise<object> {
  if (keyFile === undefined) return { kind: 'password', password: await desk.readSecret('Password of the server (not shown): ') };
  try {
    const privateKey = await readFile(resolve(desk.cwd, keyFile), 'utf8');
    return { kind: 'key', privateKey, ...(sudoPassword ? { sudoPassword: await desk.readSecret('Password for sudo (not shown): ') } : {}) };
  } catch (error) {
    throw new UserError(`--key-file: ${(error as Error).message}`, EX_NOINPUT);
  }
}

async function refuseUnconfirmed(desk: Desk, host: string, port: number): Promise<never> {
  const { keys, command, changed } = await desk.client.post<HostKeys>('/nodes/host-keys', { host, port });
  const known = changed ? ' It is ANOTHER key than the one known for this address.' : '';
  throw new UserError(`the host key is not confirmed, nothing was sent.${known} The server shows:\n${keys.map(({ algorithm, fingerprint }) => `  ${algorithm} ${fingerprint}`).join('\n')}\ncompare on the server with: ${command}\nthen repeat with --host-key <fingerprint>`, EX_TEMPFAIL);
}

/** Follows the job; when it waits for a person, the report says why. */
async function report(desk: Desk, json: boolean | undefined, nodeId: string, operationId: string): Promise<void> {
  const { state } = await followOperation(desk, operationId);
  const bootstrap = await desk.client.get<Bootstrap>(`/nodes/${nodeId}/bootstrap`);
  showReport(desk, json, bootstrap);
  if (state === 'waiting') throw new UserError(`the report needs a decision: openstation node continue ${nodeId} --fix <id> …, or give-up`, EX_TEMPFAIL);
}

function showReport(desk: Desk, json: boolean | undefined, bootstrap: Bootstrap): void {
  const rows = bootstrap.preflight?.rows ?? [];
  show(desk, json, bootstrap, ['CHECK', 'RESULT', 'MEASURED', 'WANTED', 'FIX', 'ADVICE'], rows.map(({ id, result, measured, wanted, fix, advice }) => [id, result, measured, wanted, fix === null ? '' : `${fix.id}${fix.dangerous ? ' (!)' : ''}`, advice]));
}
