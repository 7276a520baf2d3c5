import { sleep } from '@openstation/kit';
import type { Command } from 'commander';
import { UserError } from '../install/index.js';
import type { InstanceRun, LogLine } from '../rest/index.js';
import { managing, show, type Desk, type OpenDesk } from './desk.js';
import { findService } from './service-desk.js';
import { moment } from './words.js';

interface Common {
  readonly json?: boolean;
  readonly dataDir?: string;
}

const EX_DATAERR = 65;
const FOLLOW_MS = 1_000;
/** The most that one question may ask for. */
const MOST_LINES = 10_000;
const LIVING = new Set(['pending', 'assigned', 'preparing', 'starting', 'loading', 'running']);

/** What instances did and wrote, also those that are gone, also of services that are deleted. */
export function addServiceRunCommands(service: Command, open: OpenDesk): void {
  managing(service.command('runs').description('every instance there was, newest first, also of deleted services').argument('[service]', 'its name; all when absent')).action(async (wanted: string | undefined, options: Common) => {
    const desk = await open(options);
    const runs = await runsOf(desk, wanted);
    show(desk, options.json, runs, ['INSTANCE', 'SERVICE', 'NODE', 'REVISION', 'STATE', 'FROM', 'UNTIL', 'WHY'], runs.map((run) => [
      run.instanceId, run.serviceName, run.members.length > 1 ? run.members.map(({ nodeName }) => nodeName ?? '-').join(',') : (run.nodeName ?? '-'), `${run.revision}`, run.state, moment(run.createdAt), moment(run.endedAt), run.diagnosis?.title ?? ([run.reason, run.message].filter((part) => part !== '').join(': ')),
    ]));
  });

  managing(service.command('logs').description('the engine log of an instance, also of one that is gone').argument('<service>').option('--instance <id>', 'its id or the beginning of it, see service runs; the newest when absent').option('--rank <number>', 'of one that spans nodes: whose; the head is 0, and meant when absent').option('-n, --lines <count>', 'newest so many', '200').option('-f, --follow', 'go on until it ends'))
    .action(async (wanted: string, options: Common & { instance?: string; rank?: string; lines: string; follow?: boolean }) => {
      const desk = await open(options);
      const run = await findRun(desk, wanted, options.instance);
      const log = (tail: string) => desk.client.get<LogLine[]>(`/instances/${run}/log?tail=${encodeURIComponent(tail)}${options.rank === undefined ? '' : `&rank=${encodeURIComponent(options.rank)}`}`);
      let last = printLog(desk, options.json, await log(options.lines), 0);
      while (options.follow) {
        const ended = !(await runsOf(desk, wanted)).some(({ instanceId, state }) => instanceId === run && LIVING.has(state));
        last = printLog(desk, options.json, await log(`${MOST_LINES}`), last);
        if (ended) return;
        await sleep(FOLLOW_MS, desk.signal);
      }
    });
}

/** @returns the number of the last line */
function printLog(desk: Desk, json: boolean | undefined, lines: readonly LogLine[], after: number): number {
  const fresh = lines.filter(({ number }) => number > after);
  if (json && (after === 0 || fresh.length > 0)) desk.print(`${JSON.stringify(fresh, null, 2)}\n`);
  else if (!json) desk.print(fresh.map(({ number, text }) => `[${number}] ${text}\n`).join(''));
  return fresh.at(-1)?.number ?? after;
}

async function runsOf(desk: Desk, name: string | undefined): Promise<InstanceRun[]> {
  const filter = name === undefined ? '' : `&serviceName=${encodeURIComponent(name)}`;
  return (await desk.client.get<{ items: InstanceRun[] }>(`/instance-runs?limit=100${filter}`)).items;
}

/** The id of an instance that lives, or of one that was. @throws UserError */
async function findRun(desk: Desk, wanted: string, instance: string | undefined): Promise<string> {
  const runs = await runsOf(desk, wanted);
  const ids = runs.length > 0 ? runs.map(({ instanceId }) => instanceId) : (await findService(desk, wanted)).instances.map(({ id }) => id);
  const [match, second] = instance === undefined ? ids.slice(0, 1) : ids.filter((id) => id.startsWith(instance));
  if (match !== undefined && second === undefined) return match;
  throw new UserError(instance === undefined ? `${wanted} has had no instance yet` : `${wanted} has had ${match ? 'several instances' : 'no instance'} beginning with "${instance}"; see ./openstation service runs ${wanted}`, EX_DATAERR);
}
