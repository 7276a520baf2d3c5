import type { Command } from 'commander';
import { UserError } from '../install/index.js';
import type { ControlClient } from '../rest/index.js';
import { table } from '../status/index.js';

/** What a command works with: the controller, and the person at the terminal. */
export interface Desk {
  readonly client: ControlClient;
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly print: (text: string) => void;
  /** Beside the answer: progress and log lines. */
  readonly note: (text: string) => void;
  /** From standard input, or asked for on a terminal without echo. */
  readonly readSecret: (prompt: string) => Promise<string>;
}

export type OpenDesk = (options: { dataDir?: string }) => Promise<Desk>;

const EX_DATAERR = 65;

/** Every managing command takes `--json`, for programs. */
export function managing(command: Command): Command {
  return command
    .option('--json', 'print the answer of the controller as JSON')
    .option('--data-dir <path>', 'directory of the installation (default: $OPENSTATION_DATA_DIR, else data/ in the clone)');
}

/** Rows for people, the whole answer for programs. */
export function show(desk: Desk, json: boolean | undefined, answer: unknown, head: readonly string[], rows: readonly (readonly string[])[]): void {
  if (json) desk.print(`${JSON.stringify(answer, null, 2)}\n`);
  else desk.print(rows.length === 0 ? '  (none)\n' : `${table(head, rows)}\n`);
}

/** Facts one below the other. */
export function showFacts(desk: Desk, json: boolean | undefined, answer: unknown, facts: readonly (readonly [string, string])[]): void {
  if (json) return desk.print(`${JSON.stringify(answer, null, 2)}\n`);
  const width = Math.max(...facts.map(([name]) => name.length));
  desk.print(`${facts.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n')}\n`);
}

/** The one with this name or id. @throws UserError naming what there is */
export function named<T extends { id: string; name: string }>(what: string, all: readonly T[], wanted: string): T {
  const found = all.find(({ id, name }) => name === wanted || id === wanted);
  if (found) return found;
  const names = all.map(({ name }) => name).join(', ');
  throw new UserError(`there is no ${what} "${wanted}"${names === '' ? '' : `; there is ${names}`}`, EX_DATAERR);
}
