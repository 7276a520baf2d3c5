import type { Command } from 'commander';
import type { Operation } from '../rest/index.js';
import { managing, show, type OpenDesk } from './desk.js';
import { followOperation, printLines } from './follow-operation.js';
import { moment, percent } from './words.js';

/** Long jobs. */
export function addOperationCommands(operation: Command, open: OpenDesk): void {
  managing(operation.command('list').alias('ls').description('running and recent jobs')).action(async (options: { json?: boolean; dataDir?: string }) => {
    const desk = await open(options);
    const all = await desk.client.get<Operation[]>('/operations');
    show(desk, options.json, all, ['ID', 'TITLE', 'STATE', 'PERCENT', 'PHASE', 'STARTED', 'FAILURE'], all.map((one) => [one.id, one.title, one.state, percent(one.percent), one.phase, moment(one.startedAt), one.failure ?? '']));
  });

  managing(operation.command('log').description('the log of a job').argument('<id>').option('-f, --follow', 'until it is over')).action(async (id: string, options: { json?: boolean; dataDir?: string; follow?: boolean }) => {
    const desk = await open(options);
    if (options.follow) await followOperation(desk, id);
    else await printLines(desk, id, 0);
  });

  managing(operation.command('cancel').description('end a transfer or a verification where it is').argument('<id>')).action(async (id: string, options: { json?: boolean; dataDir?: string }) => {
    const desk = await open(options);
    const { title, state } = await desk.client.post<Operation>(`/operations/${encodeURIComponent(id)}/cancel`);
    desk.note(`  ${title}: ${state}\n`);
  });
}
