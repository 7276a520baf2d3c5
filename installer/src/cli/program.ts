import { Command } from 'commander';
import { cloneOf, type Clone } from '../install/index.js';
import { chosenLogs, printLogs } from '../logs/index.js';
import { quickstart } from '../quickstart/index.js';
import { statusOf } from '../status/index.js';
import { addManagement } from '../manage/index.js';
import { openDesk } from './open-desk.js';
import { down } from './down.js';
import { joinElsewhere, withJoinOptions, type JoinOptions } from './join.js';
import { makeArchive, withArchiveOptions, type ArchiveOptions } from './make-archive.js';
import { dataOf, modelPathOf, wantedOf, withDataDir, withStartOptions, type StartOptions } from './options.js';
import type { Report } from './report.js';
import { supervise } from './supervise.js';
import { up } from './up.js';

declare const OPENSTATION_VERSION: string;

/** Where the person stood who called ./openstation; paths they typed are meant from there. */
export interface Caller {
  readonly entry: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly signal: AbortSignal;
}

export function makeProgram(caller: Caller): Command {
  const clone = cloneOf(caller.entry);
  const print = (text: string) => void process.stdout.write(text);
  const program = new Command('openstation')
    .description('OpenStation: language models on your own servers.')
    .version(OPENSTATION_VERSION, '--version')
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)');

  withStartOptions(program.command('quickstart').description('from nothing to a streamed answer; runs until Ctrl-C'))
    .option('--model <file.gguf>', 'model to serve instead of the small one that is included')
    .option('--once', 'stop everything after the first answer')
    .action((options: StartOptions & { model?: string; once?: boolean }) => {
      const model = modelPathOf(options.model, clone, caller.cwd);
      return quickstart({ data: dataOfCaller(caller, clone, options), clone, wanted: wantedOf(options, model.importRoot), modelPath: model.path, once: options.once ?? false, env: caller.env, program: process.argv[1] ?? '', signal: caller.signal });
    });

  withStartOptions(program.command('up').description('start in the background'))
    .action((options: StartOptions, command: Command) => up(dataOfCaller(caller, clone, options), process.argv[1] ?? '', startArguments(command), print, caller.signal));

  withStartOptions(program.command('supervise', { hidden: true }).description('what `up` runs in the background; in the foreground for service managers'))
    .action((options: StartOptions) => supervise({ data: dataOfCaller(caller, clone, options), clone, wanted: wantedOf(options), env: caller.env, program: process.argv[1] ?? '' }, reportToParent, caller.signal));

  withJoinOptions(program.command('join').description('make this machine a node of a cluster whose controller is elsewhere; reads the join token from standard input'))
    .action((options: JoinOptions) => joinElsewhere(dataOfCaller(caller, clone, options), options, { program: process.argv[1] ?? '', cwd: caller.cwd, print, signal: caller.signal }));

  withDataDir(program.command('down').description('stop everything, engines included')).action((options: StartOptions) => down(dataOfCaller(caller, clone, options), print));

  withDataDir(program.command('status').description('processes, addresses, nodes and services')).action(async (options: StartOptions) => {
    const { text, code } = await statusOf(dataOfCaller(caller, clone, options));
    print(`${text}\n`);
    process.exitCode = code;
  });

  withDataDir(program.command('logs').description('logs of the processes').argument('[process]', 'control, gateway, agent or supervisor; all when absent'))
    .option('-f, --follow', 'go on as they are written')
    .option('-n, --lines <count>', 'lines to begin with', Number, 50)
    .action(async (name: string | undefined, options: { dataDir?: string; follow?: boolean; lines: number }) => {
      const data = dataOfCaller(caller, clone, options);
      await printLogs(data, await chosenLogs(data, name), { lines: options.lines, follow: options.follow ?? false, signal: caller.signal, print: (line) => print(`${line}\n`) });
    });

  addManagement(program, async (options) => openDesk(dataOfCaller(caller, clone, options), caller));

  withArchiveOptions(program.command('agent-archive').description('make the self-contained agent that servers without a checkout run; done by itself after a start'), OPENSTATION_VERSION)
    .action((options: ArchiveOptions) => makeArchive(clone, options, { env: caller.env, cwd: caller.cwd, signal: caller.signal, print }));

  program.command('version').description('print the version').action(() => print(`${OPENSTATION_VERSION}\n`));
  return program;
}

function dataOfCaller(caller: Caller, clone: Clone, options: { dataDir?: string }) {
  return dataOf(options, caller.env, clone, caller.cwd);
}

/** The start options that were typed, to be given on. */
function startArguments(command: Command): string[] {
  return command.options.flatMap((option) => {
    const value = command.getOptionValue(option.attributeName()) as string | number | undefined;
    return option.long === '--data-dir' || value === undefined ? [] : [option.long ?? '', `${value}`];
  });
}

function reportToParent(report: Report): void {
  if (process.connected) process.send?.(report);
}
