import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, type DataDirectory } from '../install/index.js';
import { TerminalStage } from '../steps/index.js';
import type { Report } from './report.js';

/**
 * Runs `supervise` in the background, shows how its start goes and resolves when it is done. `args` are options.
 * @throws UserError with what the background process said
 */
export function startBackground(data: DataDirectory, program: string, args: readonly string[], signal: AbortSignal): Promise<void> {
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
