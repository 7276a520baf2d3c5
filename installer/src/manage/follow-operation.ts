import { sleep } from '@openstation/kit';
import { UserError } from '../install/index.js';
import type { Operation } from '../rest/index.js';
import type { Desk } from './desk.js';

const EVERY_MS = 700;
const OPEN = ['queued', 'running', 'paused'];

/**
 * Prints the log of a long job until it is over, or waits for a person.
 * @throws UserError when it failed, with its own words
 */
export async function followOperation(desk: Desk, id: string): Promise<Operation> {
  let seen = 0;
  for (;;) {
    const operation = await desk.client.get<Operation>(`/operations/${id}`);
    seen = await printLines(desk, id, seen);
    if (!OPEN.includes(operation.state)) return ended(desk, operation);
    await sleep(EVERY_MS, desk.signal);
  }
}

/** Prints what came after line `after`. @returns the number of the last line */
export async function printLines(desk: Desk, id: string, after: number): Promise<number> {
  const lines = await desk.client.get<{ number: number; text: string }[]>(`/operations/${id}/log?after=${after}`);
  for (const { number, text } of lines) desk.note(`  [${number}] ${text}\n`);
  return lines.at(-1)?.number ?? after;
}

function ended(desk: Desk, operation: Operation): Operation {
  if (operation.state === 'failed') throw new UserError(`${operation.title}: ${operation.failure ?? 'failed'}${deeds(operation)}`, 1);
  desk.note(`  ${operation.title}: ${operation.state}${deeds(operation)}\n`);
  return operation;
}

function deeds({ can }: Operation): string {
  return can.length === 0 ? '' : ` (possible now: ${can.join(', ')})`;
}
