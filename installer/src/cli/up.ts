import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { makeDataDirectory, UserError, type DataDirectory } from '../install/index.js';
import { statusOf } from '../status/index.js';
import { TerminalStage } from '../steps/index.js';
import { liveSupervisor } from '../supervisor/index.js';
import type { Report } from './supervise.js';

/**
 * Starts the product in the background and returns when it serves. `args` are the start options as typed.
 * @throws UserError with what the background process said
 */
export async function up(data: DataDirectory, program: string, args: readonly string[], print: (text: string) => void, signal: AbortSignal): Promise<void> {
  if (liveSupervisor(data)) {
    print('  Running already.\n');
  } else {
    await makeDataDirectory(data);
    await startBackground(data, program, args, signal);
  }
  print(`\n${(await statusOf(data)).text}\n\n  First password of user admin: in ${join(data.control, 'initial-admin-password')} until it is changed.\n`);
}

function startBackground(data: DataDirectory, program: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  const output = openSync(join(data.logs, 'supervisor.log'), 'a', 0o600);
  const child = spawn(process.execPath, [program, 'supervise', ...args, '--data-dir', data.root], { detached: true, stdio: ['ignore', output, output, 'ipc'] });
  const stage = new TerminalStage(process.stdout);
  return new Promise((resolve, reject) => {
    const end = (then: () => void) => {
      signal.removeEventListener('abort', onAbort);
      child.removeAllListeners();
      if (child.connected) child.disconnect();
      child.unref();
      then();
    };
    const onAbort = () => {
      if (child.pid !== undefined) child.kill('SIGTERM');
    };
    signal.addEventListener('abort', onAbort, { once: true });
    child.on('message', (report: Report) => {
      if (report.kind === 'ready') end(resolve);
      else if (report.kind === 'broken') end(() => reject(new UserError(report.message, report.exitCode)));
      else show(stage, report);
    });
    child.once('error', (error) => end(() => reject(error)));
    child.once('exit', (code) => end(() => reject(signal.aborted ? (signal.reason as Error) : new UserError(`the background process ended with ${code ?? 'a signal'}: see ${data.logs}/supervisor.log`))));
  });
}

function show(stage: TerminalStage, report: Exclude<Report, { kind: 'ready' } | { kind: 'broken' }>): void {
  if (report.kind === 'begin') stage.begin(report.title);
  else if (report.kind === 'detail') stage.detail(report.title, report.what);
  else if (report.kind === 'done') stage.done(report.title, report.what, report.seconds);
  else stage.failed(report.title, report.seconds);
}
