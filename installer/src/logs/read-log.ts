import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sleep } from '@openstation/kit';
import { UserError, type DataDirectory } from '../install/index.js';

const TAIL_BYTES = 64 * 1024;
const EVERY_MS = 200;

/** Names of the logs there are: "control", "gateway" … */
export async function logNames(data: DataDirectory): Promise<string[]> {
  const files = await readdir(data.logs).catch(() => []);
  return files.filter((file) => file.endsWith('.log')).map((file) => file.slice(0, -'.log'.length)).sort();
}

/** The named one, or all. @throws UserError when there is none of that name */
export async function chosenLogs(data: DataDirectory, wanted: string | undefined): Promise<string[]> {
  const names = await logNames(data);
  if (wanted === undefined) return names;
  if (names.includes(wanted)) return [wanted];
  throw new UserError(names.length === 0 ? 'there are no logs yet' : `there is no log of "${wanted}": choose one of ${names.join(', ')}`, 64);
}

/** Prints the last lines of each log; with `follow` goes on until the signal. */
export async function printLogs(data: DataDirectory, names: readonly string[], options: { lines: number; follow: boolean; signal: AbortSignal; print: (line: string) => void }): Promise<void> {
  const label = names.length > 1 ? (name: string) => `${name} | ` : () => '';
  await Promise.all(names.map((name) => printLog(join(data.logs, `${name}.log`), { ...options, print: (line) => options.print(`${label(name)}${line}`) })));
}

async function printLog(path: string, { lines, follow, signal, print }: { lines: number; follow: boolean; signal: AbortSignal; print: (line: string) => void }): Promise<void> {
  const file = await open(path, 'r');
  try {
    let { size } = await file.stat();
    let at = Math.max(0, size - TAIL_BYTES);
    const tail = await readRange(file, at, size);
    const whole = at === 0 ? tail : tail.slice(tail.indexOf('\n') + 1);
    let rest = whole.slice(whole.lastIndexOf('\n') + 1);
    for (const line of whole.split('\n').slice(0, -1).slice(-lines)) print(line);
    for (at = size; follow && !signal.aborted; ) {
      await sleep(EVERY_MS, signal);
      ({ size } = await file.stat());
      if (size < at) at = 0; // it was cut: what follows is new
      if (size === at) continue;
      const parts = (rest + (await readRange(file, at, size))).split('\n');
      at = size;
      rest = parts.pop() ?? '';
      for (const line of parts) print(line);
    }
  } finally {
    await file.close();
  }
}

async function readRange(file: Awaited<ReturnType<typeof open>>, start: number, end: number): Promise<string> {
  const buffer = Buffer.alloc(end - start);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
  return buffer.toString('utf8', 0, bytesRead);
}
